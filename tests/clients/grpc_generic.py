"""A generic gRPC client: knows nothing but the address, learns the contract by reflection.

usage: grpc_generic.py HOST:PORT SAMPLE.json

Submits the sample and reads it back with its token. Prints one JSON object:
what SubmitIntake answered, and the state that GetIntake told.
"""

import json
import sys
import uuid

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVICE = "rapport.intake.v1.IntakeService"


class Client:
    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(self.channel))
        self.methods = pool.FindServiceByName(SERVICE).methods_by_name

    def call(self, method, request, token=None):
        described = self.methods[method]
        make_request = message_factory.GetMessageClass(described.input_type)
        make_response = message_factory.GetMessageClass(described.output_type)
        call = self.channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=make_request.SerializeToString,
            response_deserializer=make_response.FromString,
        )
        metadata = [("authorization", f"Bearer {token}")] if token else []
        response = call(json_format.ParseDict(request, make_request()), metadata=metadata, timeout=20)
        return json_format.MessageToDict(response)


def main(address, sample):
    client = Client(address)
    screening = client.call("GetScreening", {})
    with open(sample, encoding="utf-8") as file:
        request = json.load(file)
    request["requestId"] = str(uuid.uuid4())
    request["protocol"] = screening["protocol"]
    submitted = client.call("SubmitIntake", request)
    read = client.call("GetIntake", {"name": submitted["intake"]}, token=submitted["statusToken"])
    print(json.dumps({"submitted": submitted, "state": read["intake"]["state"]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
