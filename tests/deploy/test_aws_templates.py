"""deploy/aws: linters find nothing unexplained, and every type and every promise of a template is listed."""

import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.postgres import ROOT

FOLDER = ROOT / "deploy/aws"
TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
POSTGRES = ROOT / "deploy/postgres"
SCRIPTS = [
    path
    for path in [*sorted(FOLDER.glob("*/*")), *sorted(POSTGRES.iterdir())]
    if path.is_file() and path.read_text().startswith("#!")
]


class Loader(yaml.SafeLoader):
    """Reads `!Ref` and the like as what stands behind them."""


def intrinsic(loader: Any, suffix: str, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix: value}


Loader.add_multi_constructor("!", intrinsic)


def read(name: str) -> dict[str, Any]:
    return yaml.load((FOLDER / f"{name}.yaml").read_text(), Loader)  # noqa: S506, a SafeLoader


def types(name: str) -> set[str]:
    return {each["Type"] for each in read(name)["Resources"].values()}


def tool(name: str, *arguments: Any, sent: str | None = None) -> subprocess.CompletedProcess[str]:
    python = subprocess.run([ROOT / "bin/deploy-tools"], check=True, capture_output=True, text=True).stdout.strip()
    program = ROOT / "var/deploy-tools/bin" / name
    assert python == str(program.parent / "python")
    return subprocess.run([program, *arguments], check=False, capture_output=True, text=True, cwd=ROOT, input=sent)


def test_cfn_lint_finds_nothing():
    answer = tool("cfn-lint", "--regions", "eu-west-2", "--", *(FOLDER / f"{name}.yaml" for name in TEMPLATES))
    assert (answer.returncode, answer.stdout) == (0, "")


def test_checkov_finds_nothing_that_is_not_explained_beside_it():
    files = [part for name in TEMPLATES for part in ("-f", FOLDER / f"{name}.yaml")]
    answer = tool("checkov", "--skip-download", "--framework", "cloudformation", "--output", "json", *files)
    report = json.loads(answer.stdout)
    assert [(each["check_id"], each["resource"]) for each in report["results"]["failed_checks"]] == []
    passed = {each["file_path"] for each in report["results"]["passed_checks"]}
    assert {re.sub(r".*/", "", path) for path in passed} == {f"{name}.yaml" for name in TEMPLATES}
    skipped = report["results"]["skipped_checks"]
    assert [each["check_id"] for each in skipped if len(each["check_result"]["suppress_comment"]) < 30] == []


def test_scripts_and_user_data_pass_shellcheck(tmp_path):
    user_data = read("ec2")["Resources"]["Machine"]["Properties"]["UserData"]["Fn::Base64"]["Sub"]
    (tmp_path / "user-data").write_text(re.sub(r"\$\{[\w:]+\}", "told", user_data))
    answer = tool("shellcheck", tmp_path / "user-data", *SCRIPTS)
    assert (answer.returncode, answer.stdout) == (0, "")
    assert [path.name for path in SCRIPTS if not path.stat().st_mode & 0o100] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_parameters_say_what_they_take(name):
    free = [
        each
        for each, how in read(name)["Parameters"].items()
        if how["Type"] in ("String", "Number") and not how.keys() & {"AllowedPattern", "AllowedValues", "MinValue"}
    ]
    assert free == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_roles_name_what_they_may_do(name):
    for resource in read(name)["Resources"].values():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        for policy in resource["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                assert "*" not in json.dumps(statement["Action"])


# What holds data, with the property that encrypts it.
ENCRYPTED = {
    "AWS::Backup::BackupVault": "EncryptionKeyArn",
    "AWS::EC2::Volume": "Encrypted",
    "AWS::ECR::Repository": "EncryptionConfiguration",
    "AWS::Logs::LogGroup": "KmsKeyId",
    "AWS::RDS::DBInstance": "StorageEncrypted",
    "AWS::S3::Bucket": "BucketEncryption",
    "AWS::SNS::Topic": "KmsMasterKeyId",
    "AWS::SecretsManager::Secret": "KmsKeyId",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_whatever_holds_data_is_encrypted(name):
    holders = {each: how for each, how in read(name)["Resources"].items() if how["Type"] in ENCRYPTED}
    assert {"AWS::Logs::LogGroup", "AWS::SecretsManager::Secret"} <= {how["Type"] for how in holders.values()}
    assert [each for each, how in holders.items() if not how["Properties"].get(ENCRYPTED[how["Type"]])] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_alarms_are_sent_to_somebody(name):
    alarms = {each: how for each, how in read(name)["Resources"].items() if how["Type"] == "AWS::CloudWatch::Alarm"}
    assert {"ErrorAlarm", "LatencyAlarm", "DiskAlarm", "BackupAlarm"} <= alarms.keys()
    assert [each for each, how in alarms.items() if {"Ref": "Alarms"} not in how["Properties"]["AlarmActions"]] == []


def test_pipeline_migrates_between_the_build_and_the_machines():
    stages = read("beanstalk")["Resources"]["Pipeline"]["Properties"]["Stages"]
    actions = [(stage["Name"], stage["Actions"][0]["ActionTypeId"]["Provider"]) for stage in stages]
    assert actions == [
        ("Source", "CodeStarSourceConnection"),
        ("Build", "CodeBuild"),
        ("Migrate", "CodeBuild"),
        ("Deploy", "ElasticBeanstalk"),
    ]
    assert stages[2]["Actions"][0]["InputArtifacts"] == stages[3]["Actions"][0]["InputArtifacts"]


def test_machines_of_beanstalk_give_containers_what_the_template_names():
    """What a container reads comes from the environment or its secrets; only migrating knows the administrator."""
    containers = yaml.safe_load((FOLDER / "beanstalk/docker-compose.yml").read_text())["services"]
    options = read("beanstalk")["Resources"]["Environment"]["Properties"]["OptionSettings"]
    names = {
        each["OptionName"] for each in options if each["Namespace"].startswith("aws:elasticbeanstalk:application:env")
    }
    web = names - {"DATABASE_OWNER_URL", "LOG", "REGION"} | {"SERVER_TLS=/tmp/tls"}
    assert set(containers["web"]["environment"]) == web
    assert set(containers["worker"]["environment"]) == names - {"LOG", "REGION"}
    variables = read("beanstalk")["Resources"]["Migrate"]["Properties"]["Environment"]["EnvironmentVariables"]
    told = {each["Name"] for each in variables} - {"REPOSITORY"}
    assert {each for each, value in containers["migrate"]["environment"].items() if value is None} == told
    assert "DATABASE_ADMIN_URL" in told - names


def test_bundle_of_beanstalk_names_the_image_that_was_built(tmp_path):
    """The script is run with stand-ins for the command lines of AWS and Docker, which note what they are told."""
    for program in ("aws", "docker"):
        (tmp_path / program).write_text(f'#!/bin/sh\necho {program} "$@" >>"$SAID"\n[ "$2" != describe-images ]\n')
        (tmp_path / program).chmod(0o755)
    copied = tmp_path / "deploy/aws/beanstalk"
    copied.mkdir(parents=True)
    for path in (FOLDER / "beanstalk").iterdir():
        (copied / path.name).write_bytes(path.read_bytes())
    given = {"REPOSITORY": "1.dkr.ecr.example/record", "CODEBUILD_RESOLVED_SOURCE_VERSION": "abc"}
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SAID": str(tmp_path / "said"), **given}
    subprocess.run(["sh", copied / "build"], cwd=tmp_path, env=environment, check=True)
    bundle = tmp_path / "var/bundle"
    containers = yaml.safe_load((bundle / "docker-compose.yml").read_text())["services"]
    assert {each["image"] for each in containers.values()} == {"1.dkr.ecr.example/record:abc"}
    assert (
        (bundle / ".platform/hooks/prebuild/sign-in").read_text().endswith("AWS --password-stdin 1.dkr.ecr.example\n")
    )
    said = (tmp_path / "said").read_text()
    assert [line for line in said.splitlines() if line.startswith("docker push")] == [
        "docker push --quiet 1.dkr.ecr.example/record:abc"
    ]


def test_migrating_comes_before_the_tasks_that_serve():
    resources = read("ecs")["Resources"]
    services = {each: how["DependsOn"] for each, how in resources.items() if how["Type"] == "AWS::ECS::Service"}
    assert sorted(services) == ["Assessments", "Patients", "Worker"]
    assert [
        each for each, waits in services.items() if "Migrate" not in ([waits] if waits == "Migrate" else waits)
    ] == []
    assert resources["Migrate"]["Properties"]["Task"] == {"Ref": "MigrateTask"}


def test_functions_in_templates_are_python():
    code = {
        each: how["Properties"]["Code"]["ZipFile"]
        for each, how in read("ecs")["Resources"].items()
        if how["Type"] == "AWS::Lambda::Function"
    }
    assert sorted(code) == ["AuthorizerFunction", "MigrateFunction"]
    for text in code.values():
        compile(text, "index.py", "exec")
        assert len(text) <= 4096


@pytest.mark.parametrize(
    ("header", "sent_on"),
    [
        ("Bearer 0123456789abcdef", True),
        ("bearer 0123456789abcdef", True),
        ("Bearer short", False),
        ("Bearer " + "a" * 4097, False),
        ("Basic 0123456789abcdef", False),
        ("Bearer", False),
        ("", False),
    ],
)
def test_gateway_sends_on_what_carries_a_token(header, sent_on):
    code = {}
    exec(read("ecs")["Resources"]["AuthorizerFunction"]["Properties"]["Code"]["ZipFile"], code)  # noqa: S102, ours
    assert code["handler"]({"headers": {"authorization": header}}, None) == {"isAuthorized": sent_on}
    assert code["handler"]({}, None) == {"isAuthorized": False}
