// Asks STS who calls, with the credentials that the SDK for JavaScript finds by itself.
// Usage: node caller.mjs ENDPOINT [PROFILE]; NODE_EXTRA_CA_CERTS and AWS_REGION are set.
import { createRequire } from "node:module";

// The SDK is in the build folder: `make check-sdks` puts it there.
const require = createRequire(process.env.SDK_FOLDER + "/");
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
const { fromNodeProviderChain } = require("@aws-sdk/credential-providers");

const [endpoint, profile] = process.argv.slice(2);
const client = new STSClient({ endpoint, credentials: fromNodeProviderChain({ profile }) });
console.log((await client.send(new GetCallerIdentityCommand({}))).Arn);
