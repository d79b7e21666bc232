"""How a resource is read through the API of its own service, by type; nothing where there is none."""

from collections.abc import Callable
from typing import Any

Aws = Callable[[str], Any]
Reader = Callable[[Aws, str], Any]


def filtered(call: str, answer: str, name: str) -> Reader:
    """By EC2's filter `name`, whose value is the id."""

    def read(aws: Aws, identity: str) -> Any:
        return getattr(aws("ec2"), call)(Filters=[{"Name": name, "Values": [identity]}])[answer]

    return read


def given(service: str, call: str, argument: str, answer: str) -> Reader:
    """By a call that takes the id as `argument`, which is a list where its name is a plural."""

    def read(aws: Aws, identity: str) -> Any:
        value = [identity] if argument.endswith(("Arns", "Names", "names", "services", "clusters")) else identity
        return getattr(aws(service), call)(**{argument: value})[answer]

    return read


def records(aws: Aws, identity: str) -> Any:
    zone = aws("route53").list_hosted_zones()["HostedZones"][0]["Id"]
    listed = aws("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return [each for each in listed if each["Type"] == "A"]


def instances(aws: Aws, identity: str) -> Any:
    found = aws("ec2").describe_instances(InstanceIds=[identity])["Reservations"][0]["Instances"]
    return [each for each in found if each["State"]["Name"] != "terminated"]


def attached_gateways(aws: Aws, identity: str) -> Any:
    return [
        each["Attachments"]
        for each in aws("ec2").describe_internet_gateways()["InternetGateways"]
        if each["Attachments"]
    ]


def default_routes(aws: Aws, identity: str) -> Any:
    tables = aws("ec2").describe_route_tables(
        Filters=[{"Name": "route.destination-cidr-block", "Values": ["0.0.0.0/0"]}]
    )["RouteTables"]
    return [route for table in tables for route in table["Routes"] if route["DestinationCidrBlock"] == "0.0.0.0/0"]


def attached_volumes(aws: Aws, identity: str) -> Any:
    return aws("ec2").describe_volumes(Filters=[{"Name": "attachment.device", "Values": ["/dev/sdf"]}])["Volumes"]


def log_groups(aws: Aws, identity: str) -> Any:
    return aws("logs").describe_log_groups(logGroupNamePrefix=identity)["logGroups"]


def bucket(aws: Aws, identity: str) -> Any:
    """Its encryption alone: the stand-in leaves out the rest of what a template says of a bucket."""
    return aws("s3").get_bucket_encryption(Bucket=identity)["ServerSideEncryptionConfiguration"]["Rules"]


def keys(aws: Aws, identity: str) -> Any:
    return [
        aws("kms").get_key_rotation_status(KeyId=identity)["KeyRotationEnabled"],
        aws("kms").get_key_policy(KeyId=identity, PolicyName="default")["Policy"],
    ]


def documents(aws: Aws, identity: str) -> Any:
    return [each for each in aws("ssm").list_documents()["DocumentIdentifiers"] if each["Name"] == identity]


def clusters(aws: Aws, identity: str) -> Any:
    found = aws("ecs").describe_clusters(clusters=[identity])["clusters"]
    return [each for each in found if each["status"] == "ACTIVE"]


def tasks(aws: Aws, identity: str) -> Any:
    found = aws("ecs").describe_task_definition(taskDefinition=identity)["taskDefinition"]
    return found if found["status"] == "ACTIVE" else None


def services(aws: Aws, identity: str) -> Any:
    found = aws("ecs").describe_services(cluster=aws("ecs").list_clusters()["clusterArns"][0], services=[identity])
    return [each for each in found["services"] if each["status"] == "ACTIVE"]


def gateways(aws: Aws, identity: str) -> Any:
    found = aws("ec2").describe_nat_gateways(NatGatewayIds=[identity])["NatGateways"]
    return [each for each in found if each["State"] != "deleted"]


READERS: dict[str, Reader] = {
    "AWS::EC2::NatGateway": gateways,
    "AWS::ECR::Repository": given("ecr", "describe_repositories", "repositoryNames", "repositories"),
    "AWS::ECS::Cluster": clusters,
    "AWS::ECS::Service": services,
    "AWS::ECS::TaskDefinition": tasks,
    "AWS::ElasticLoadBalancingV2::Listener": given("elbv2", "describe_listeners", "ListenerArns", "Listeners"),
    "AWS::ElasticLoadBalancingV2::ListenerRule": given("elbv2", "describe_rules", "RuleArns", "Rules"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": given(
        "elbv2", "describe_load_balancers", "LoadBalancerArns", "LoadBalancers"
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": given(
        "elbv2", "describe_target_groups", "TargetGroupArns", "TargetGroups"
    ),
    "AWS::Lambda::Function": given("lambda", "get_function", "FunctionName", "Configuration"),
    "AWS::RDS::DBInstance": given("rds", "describe_db_instances", "DBInstanceIdentifier", "DBInstances"),
    "AWS::RDS::DBParameterGroup": given(
        "rds", "describe_db_parameter_groups", "DBParameterGroupName", "DBParameterGroups"
    ),
    "AWS::RDS::DBSubnetGroup": given("rds", "describe_db_subnet_groups", "DBSubnetGroupName", "DBSubnetGroups"),
    "AWS::EC2::EIP": filtered("describe_addresses", "Addresses", "public-ip"),
    "AWS::EC2::FlowLog": lambda aws, identity: aws("ec2").describe_flow_logs()["FlowLogs"],
    "AWS::EC2::Instance": instances,
    "AWS::EC2::InternetGateway": filtered("describe_internet_gateways", "InternetGateways", "internet-gateway-id"),
    "AWS::EC2::Route": default_routes,
    "AWS::EC2::RouteTable": filtered("describe_route_tables", "RouteTables", "route-table-id"),
    "AWS::EC2::SecurityGroup": filtered("describe_security_groups", "SecurityGroups", "group-id"),
    "AWS::EC2::Subnet": filtered("describe_subnets", "Subnets", "subnet-id"),
    "AWS::EC2::VPC": filtered("describe_vpcs", "Vpcs", "vpc-id"),
    "AWS::EC2::VPCGatewayAttachment": attached_gateways,
    "AWS::EC2::Volume": filtered("describe_volumes", "Volumes", "volume-id"),
    "AWS::EC2::VolumeAttachment": attached_volumes,
    "AWS::IAM::InstanceProfile": given("iam", "get_instance_profile", "InstanceProfileName", "InstanceProfile"),
    "AWS::IAM::Role": given("iam", "get_role", "RoleName", "Role"),
    "AWS::KMS::Key": keys,
    "AWS::Logs::LogGroup": log_groups,
    "AWS::Route53::RecordSet": records,
    "AWS::S3::Bucket": bucket,
    "AWS::SNS::Topic": given("sns", "get_topic_attributes", "TopicArn", "Attributes"),
    "AWS::SSM::Document": documents,
}
