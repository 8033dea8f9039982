// Asks STS who calls, with the credentials that the SDK for Go finds by itself.
// Usage: caller ENDPOINT [PROFILE]; AWS_CA_BUNDLE and AWS_REGION are set.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func main() {
	var options []func(*config.LoadOptions) error
	if len(os.Args) > 2 {
		options = append(options, config.WithSharedConfigProfile(os.Args[2]))
	}
	cfg, err := config.LoadDefaultConfig(context.Background(), options...)
	if err == nil {
		var answer *sts.GetCallerIdentityOutput
		client := sts.NewFromConfig(cfg, sts.WithEndpointResolver(sts.EndpointResolverFromURL(os.Args[1])))
		answer, err = client.GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
		if err == nil {
			fmt.Println(aws.ToString(answer.Arn))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
