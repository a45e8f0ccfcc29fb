// SPDX-License-Identifier: Apache-2.0
#include "collectors/host/cloud_output.h"

#include <string>

#include <doctest/doctest.h>

using namespace patchstate;

TEST_CASE("Azure tells the full id itself") {
  CHECK(
      azure_resource_id(R"({"location":"westeurope","name":"web1","resourceId":"/subscriptions/8d10/resourceGroups/rg1)"
                        R"(/providers/Microsoft.Compute/virtualMachines/web1","tagsList":[{"name":"a"}]})") ==
      "/subscriptions/8d10/resourceGroups/rg1/providers/Microsoft.Compute/virtualMachines/web1");
}

TEST_CASE("Amazon's id is made of account, region and instance, in the region's partition") {
  const auto id = [](const std::string& region) {
    return aws_resource_id(R"({"accountId" : "123456789012", "instanceId" : "i-0abc", "region" : ")" + region + "\"}");
  };
  CHECK(id("eu-west-1") == "arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc");
  CHECK(id("cn-north-1") == "arn:aws-cn:ec2:cn-north-1:123456789012:instance/i-0abc");
  CHECK(id("us-gov-west-1") == "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:instance/i-0abc");
  CHECK(id("us-iso-east-1") == "arn:aws-iso:ec2:us-iso-east-1:123456789012:instance/i-0abc");
  CHECK(id("us-isob-east-1") == "arn:aws-iso-b:ec2:us-isob-east-1:123456789012:instance/i-0abc");
}

TEST_CASE("Google's id is made of project, zone and instance") {
  CHECK(gcp_resource_id("my-project", "projects/123456789012/zones/europe-west1-b\n", "4567890123456789012") ==
        "//compute.googleapis.com/projects/my-project/zones/europe-west1-b/instances/4567890123456789012");
  CHECK(gcp_resource_id("", "projects/1/zones/z", "1").empty());
  CHECK(gcp_resource_id("p", "projects/1/zones/", "1").empty());
  CHECK(gcp_resource_id("p", "z", "<html>\n<body>").empty());
}

TEST_CASE("an answer that is no id names nothing") {
  const std::string deep = std::string(60'000, '[');
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("{}"), std::string("[]"), std::string("<html>"), deep,
        std::string(R"({"resourceId":7,"accountId":7,"region":7,"instanceId":7})"),
        std::string(R"({"resourceId":"","accountId":"","region":"","instanceId":""})"),
        std::string(R"({"resourceId":"no slash","accountId":"1","region":"eu west","instanceId":"i"})"),
        std::string("{\"resourceId\":\"/a\xff\",\"accountId\":\"1\",\"region\":\"r\",\"instanceId\":\"\xff\"}"),
        std::string(R"({"resourceId":"/a\nb","accountId":"1","region":"r","instanceId":"i\n"})"),
        R"({"resourceId":"/)" + std::string(5'000, 'x') + R"(","accountId":"1","region":"r","instanceId":")" +
            std::string(5'000, 'x') + "\"}",
        std::string(R"({"resourceId":"/a","accountId":"1")")}) {
    CAPTURE(text.substr(0, 80));
    CHECK(azure_resource_id(text).empty());
    CHECK(aws_resource_id(text).empty());
  }
}

TEST_CASE("a token goes into a header only when it can't break one") {
  CHECK(aws_token("AQAEAKx==\n") == "AQAEAKx==");
  CHECK(aws_token("a\r\nX-Evil: 1").empty());
  CHECK(aws_token("a b").empty());
  CHECK(aws_token(std::string(5'000, 'x')).empty());
  CHECK(aws_token("").empty());
}
