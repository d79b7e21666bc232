"""Makes a template in a stand-in of AWS on this machine, changes it and deletes it, and tells what was there each time.

`tests.deploy.test_aws_stand_in` runs this with the Python of `bin/deploy-tools`, which has the stand-in, and reads the
JSON that it prints. What it takes is JSON too: the template, its parameters, and those that change.
"""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer
from readers import READERS

UNKNOWN = "it's not supported by moto's CloudFormation implementation"
STACK = "record"


class StandIn:
    def __init__(self) -> None:
        os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-west-2")
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.address = "http://{}:{}".format(*self.server.get_host_and_port())
        self.clients: dict[str, Any] = {}
        self.resources: dict[str, tuple[str, str]] = {}

    def aws(self, service: str) -> Any:
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service, endpoint_url=self.address, config=Config(retries={"total_max_attempts": 1})
            )
        return self.clients[service]

    def surroundings(self) -> dict[str, str]:
        """What somebody has before a stack: a zone."""
        zone = self.aws("route53").create_hosted_zone(Name="example.org", CallerReference="1")["HostedZone"]["Id"]
        return {"HostedZoneId": zone.split("/")[-1]}

    def status(self) -> str:
        return str(self.aws("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])

    def remember(self) -> set[str]:
        """Note which resources the stack has; return their types."""
        listed = self.aws("cloudformation").list_stack_resources(StackName=STACK)["StackResourceSummaries"]
        self.resources |= {
            each["LogicalResourceId"]: (each["ResourceType"], each.get("PhysicalResourceId", ""))
            for each in listed
            if each.get("ResourceType") in READERS
        }
        return {each["ResourceType"] for each in listed if each.get("ResourceType")}

    def read(self) -> dict[str, Any]:
        """What each resource's own service tells of it; nothing where it knows none."""
        found = {}
        for logical, (kind, physical) in self.resources.items():
            try:
                found[logical] = READERS[kind](self.aws, physical)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 404):
                    raise
                found[logical] = None
        return found


def walk(template: str, parameters: dict[str, str], change: dict[str, str], without: list[str]) -> dict[str, Any]:
    body = Path(template).read_text()
    for line in without:
        assert body.count(line) == 1, line
        body = body.replace(line, "")
    stand_in = StandIn()
    cloudformation = stand_in.aws("cloudformation")
    given = {**stand_in.surroundings(), **parameters}
    arguments = {"StackName": STACK, "TemplateBody": body, "Capabilities": ["CAPABILITY_IAM"]}

    def told(values: dict[str, str]) -> list[dict[str, str]]:
        return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cloudformation.create_stack(**arguments, Parameters=told(given))
        made = stand_in.status()
        types = stand_in.remember()
        before = stand_in.read()
        cloudformation.update_stack(**arguments, Parameters=told({**given, **change}))
        updated = stand_in.status()
        stand_in.remember()  # some are others now
        after = stand_in.read()
        try:
            cloudformation.delete_stack(StackName=STACK)
        except ClientError as error:
            # It deletes all that it can before it says what it cannot.
            if "DependencyViolation" not in str(error):
                raise
        left = stand_in.read()
    unknown = {str(each.message).split()[3] for each in caught if str(each.message).endswith(UNKNOWN)}
    return {
        "statuses": [made, updated],
        "types": sorted(types),
        "kinds": {logical: kind for logical, (kind, _) in stand_in.resources.items()},
        "unproven": sorted(unknown),
        "before": before,
        "after": after,
        "left": left,
    }


if __name__ == "__main__":
    json.dump(walk(**json.load(sys.stdin)), sys.stdout, default=str)
    sys.stdout.flush()
    os._exit(0)
