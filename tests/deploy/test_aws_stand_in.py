"""Each template of deploy/aws is made in a stand-in of AWS, read back by the services' own API, changed, deleted."""

import json
import re
import subprocess
from functools import cache
from typing import Any

import pytest

from tests.deploy.test_aws_templates import TEMPLATES, types
from tests.postgres import ROOT

MAIL = "smtp+tls://user:password@mail.example.org:587"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----"
SHARED = {"AlarmAddress": "operator@example.org", "EmailUrl": MAIL, "ServerName": "record.example.org", "Version": "v1"}
PIPELINE = {
    "Connection": "arn:aws:codeconnections:eu-west-2:123456789012:connection/0123-abcd",
    "Platform": "64bit Amazon Linux 2023 v4.1.0 running Docker",
    "Repository": "example/clinic",
}
GIVEN = {
    "beanstalk": {
        **{name: value for name, value in SHARED.items() if name != "Version"},
        "DatabaseCa": CERTIFICATE,
        **PIPELINE,
    },
    "ec2": {**SHARED, "SourceUrl": "https://git.example.org/clinic"},
    "ecs": {**SHARED, "DatabaseCa": CERTIFICATE},
}
CHANGE = {"ServerName": "new.example.org"}
# Lines that the stand-in stumbles over, because they refer to what it does not know.
WITHOUT = {
    "beanstalk": [
        "      DBParameterGroupName: !Ref DatabaseParameters\n",
        "      Certificates: [{CertificateArn: !Ref Certificate}]\n",
    ],
    "ec2": [],
    "ecs": [
        "      DBParameterGroupName: !Ref DatabaseParameters\n",
        "      Certificates: [{CertificateArn: !Ref Certificate}]\n",
        "      AliasTarget: {DNSName: !GetAtt Domain.RegionalDomainName, "
        "HostedZoneId: !GetAtt Domain.RegionalHostedZoneId}\n",
    ],
}
# What the stand-in warns that it does not know: nothing here has shown that AWS takes these.
UNPROVEN = {
    "beanstalk": {
        "AWS::Backup::BackupPlan",
        "AWS::Backup::BackupSelection",
        "AWS::Backup::BackupVault",
        "AWS::CertificateManager::Certificate",
        "AWS::CloudWatch::Alarm",
        "AWS::CodeBuild::Project",
        "AWS::CodePipeline::Pipeline",
        "AWS::ElasticBeanstalk::Application",
        "AWS::ElasticBeanstalk::Environment",
        "AWS::S3::BucketPolicy",
        "AWS::SecretsManager::Secret",
    },
    "ec2": {
        "AWS::CloudWatch::Alarm",
        "AWS::DLM::LifecyclePolicy",
        "AWS::EC2::EIPAssociation",
        "AWS::Logs::MetricFilter",
        "AWS::S3::BucketPolicy",
        "AWS::SecretsManager::Secret",
    },
    "ecs": {
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::ApiGatewayV2::VpcLink",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::Backup::BackupPlan",
        "AWS::Backup::BackupSelection",
        "AWS::Backup::BackupVault",
        "AWS::CertificateManager::Certificate",
        "AWS::CloudFormation::CustomResource",
        "AWS::CloudWatch::Alarm",
        "AWS::SecretsManager::Secret",
    },
}
# Made without a word, and not read back.
UNREAD = {
    "beanstalk": {"AWS::EC2::SubnetRouteTableAssociation"},
    "ec2": {"AWS::EC2::SubnetRouteTableAssociation"},
    "ecs": {"AWS::EC2::SubnetRouteTableAssociation", "AWS::Lambda::Permission"},
}
# There after the stack is deleted, because the template keeps them.
KEPT = {"beanstalk": {"Images", "Key"}, "ec2": {"Backups", "Data", "Key"}, "ecs": {"Images", "Key"}}
# There as well, because the stand-in does not delete these with their stack.
NOT_DELETED = {
    "AWS::EC2::EIP",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ECS::Cluster",
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::RDS::DBParameterGroup",
}


@cache
def told(name: str) -> Any:
    python = subprocess.run([ROOT / "bin/deploy-tools"], check=True, capture_output=True, text=True).stdout.strip()
    answer = subprocess.run(
        [python, ROOT / "tests/deploy/stand_in.py"],
        input=json.dumps(
            {
                "template": str(ROOT / f"deploy/aws/{name}.yaml"),
                "parameters": GIVEN[name],
                "change": CHANGE,
                "without": WITHOUT[name],
            }
        ),
        check=False,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    return json.loads(answer.stdout)


@pytest.mark.parametrize("name", TEMPLATES)
def test_stand_in_makes_every_type_that_is_not_named_unproven(name):
    answer = told(name)
    assert set(answer["unproven"]) == UNPROVEN[name]
    assert set(answer["types"]) == types(name) - UNPROVEN[name]
    assert set(answer["kinds"].values()) == types(name) - UNPROVEN[name] - UNREAD[name]
    assert answer["statuses"] == ["CREATE_COMPLETE", "UPDATE_COMPLETE"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_resource_is_told_by_its_own_service_and_gone_when_the_stack_is(name):
    answer = told(name)
    assert [each for each, what in answer["before"].items() if not what] == []
    left = {each for each, what in answer["left"].items() if what}
    assert left == KEPT[name] | {each for each, kind in answer["kinds"].items() if kind in NOT_DELETED}


def test_machine_is_what_its_template_says():
    answer = told("ec2")["before"]
    machine, volume, firewall = answer["Machine"][0], answer["Data"][0], answer["Firewall"][0]
    assert machine["InstanceType"] == "t4g.medium"
    assert volume["Size"] == 50
    assert sorted(each["FromPort"] for each in firewall["IpPermissions"]) == [80, 443]
    assert answer["Key"][0] is True
    assert answer["Backups"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert answer["Log"][0]["retentionInDays"] == 90


@pytest.mark.parametrize("name", TEMPLATES)
def test_another_name_is_another_record_in_the_zone(name):
    answer = told(name)
    assert [answer[when]["Name"][0]["Name"] for when in ("before", "after")] == [
        "record.example.org",
        "new.example.org",
    ]


def environment(task):
    return {each["name"]: each["value"] for each in task["containerDefinitions"][0]["environment"]}


def test_two_services_and_a_worker_are_told_what_they_serve():
    answer = told("ecs")["before"]
    tasks = ("PatientsTask", "AssessmentsTask", "WorkerTask")
    assert [environment(answer[each])["CLINIC_SERVICES"] for each in tasks] == ["patients", "assessments", "all"]
    assert [answer[each][0]["desiredCount"] for each in ("Patients", "Assessments", "Worker")] == [2, 2, 1]


def test_only_migrating_knows_the_administrator_of_the_database():
    answer = told("ecs")["before"]
    secrets = {
        each: {secret["name"] for secret in what["containerDefinitions"][0]["secrets"]}
        for each, what in answer.items()
        if each.endswith("Task")
    }
    web = {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL"}
    assert secrets == {
        "PatientsTask": web,
        "AssessmentsTask": web,
        "WorkerTask": web | {"DATABASE_OWNER_URL"},
        "MigrateTask": web | {"DATABASE_OWNER_URL", "DATABASE_ADMIN_URL"},
    }


@pytest.mark.parametrize("name", ["beanstalk", "ecs"])
def test_database_is_what_its_template_says(name):
    database = told(name)["before"]["Database"][0]
    assert (database["StorageEncrypted"], database["BackupRetentionPeriod"], database["MultiAZ"]) == (True, 35, True)
    assert database["DBInstanceClass"] == "db.t4g.medium"


@pytest.mark.parametrize("name", TEMPLATES)
def test_page_names_what_is_not_proven(name):
    page = (ROOT / f"docs/deploy/{name}.md").read_text().partition("## Not proven")[2]
    assert set(re.findall(r"`(AWS::\w+::\w+)`", page)) == UNPROVEN[name] | UNREAD[name]
