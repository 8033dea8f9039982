# Asks STS who calls, with the credentials that the SDK for Ruby finds by itself.
# Usage: caller.rb ENDPOINT [PROFILE]; AWS_CA_BUNDLE and AWS_REGION are set.
require "aws-sdk-core"

options = { endpoint: ARGV[0], ssl_ca_bundle: ENV["AWS_CA_BUNDLE"] }
options[:profile] = ARGV[1] if ARGV[1]
puts Aws::STS::Client.new(**options).get_caller_identity.arn
