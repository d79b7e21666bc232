"""Each template of deploy/aws is made in a stand-in of AWS, read back by the services' own API, changed, deleted."""

import json
import re
import subprocess
from functools import cache
from typing import Any

import pytest

from tests.deploy.test_aws_templates import TEMPLATES, types
from tests.postgres import ROOT

GIVEN = {
    "ec2": {
        "AlarmAddress": "operator@example.org",
        "EmailUrl": "smtp+tls://user:password@mail.example.org:587",
        "ServerName": "record.example.org",
        "SourceUrl": "https://git.example.org/clinic",
        "Version": "v1",
    },
}
CHANGE = {"ec2": {"ServerName": "new.example.org"}}
# What the stand-in warns that it does not know: nothing here has shown that AWS takes these.
UNPROVEN = {
    "ec2": {
        "AWS::CloudWatch::Alarm",
        "AWS::DLM::LifecyclePolicy",
        "AWS::EC2::EIPAssociation",
        "AWS::Logs::MetricFilter",
        "AWS::S3::BucketPolicy",
        "AWS::SecretsManager::Secret",
    },
}
# Made without a word, and told by no call of their service there.
UNREADABLE = {"ec2": {"AWS::EC2::SubnetRouteTableAssociation"}}
# There after the stack is deleted, because the template keeps them.
KEPT = {"ec2": {"Backups", "Data", "Key"}}
# There as well, because the stand-in deletes none of their type.
NOT_DELETED = {
    "AWS::EC2::EIP",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCGatewayAttachment",
}


@cache
def told(name: str) -> Any:
    python = subprocess.run([ROOT / "bin/deploy-tools"], check=True, capture_output=True, text=True).stdout.strip()
    answer = subprocess.run(
        [python, ROOT / "tests/deploy/stand_in.py"],
        input=json.dumps(
            {"template": str(ROOT / f"deploy/aws/{name}.yaml"), "parameters": GIVEN[name], "change": CHANGE[name]}
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
    assert set(answer["kinds"].values()) == types(name) - UNPROVEN[name] - UNREADABLE[name]
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


def test_another_name_of_the_machine_is_another_record_in_the_zone():
    answer = told("ec2")
    assert [answer[when]["Name"][0]["Name"] for when in ("before", "after")] == [
        "record.example.org",
        "new.example.org",
    ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_page_names_what_is_not_proven(name):
    page = (ROOT / f"docs/deploy/{name}.md").read_text().partition("## Not proven")[2]
    assert set(re.findall(r"`(AWS::\w+::\w+)`", page)) == UNPROVEN[name] | UNREADABLE[name]
