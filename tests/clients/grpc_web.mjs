// A gRPC-web client as a front end would use it.
//
// usage: node grpc_web.mjs http://HOST:PORT SAMPLE.json DESCRIPTORS.binpb
//
// Submits the sample and reads it back with its token. Prints one JSON object:
// what SubmitIntake answered, the state that GetIntake told, and what a
// submission with a wrong field was told.

import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

// The packages lie where tests/run put them, not beside this file.
const packages = createRequire(join(process.env.RAPPORT_TEST_NODE_MODULES, "anything.js"));
const { createFileRegistry, fromBinary, fromJson, toJson } = packages("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = packages("@bufbuild/protobuf/wkt");
const { Code, ConnectError, createClient } = packages("@connectrpc/connect");
const { createGrpcWebTransport } = packages("@connectrpc/connect-web");

const [address, sample, descriptors] = process.argv.slice(2);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const service = registry.getService("rapport.intake.v1.IntakeService");
const message = (name) => registry.getMessage(`rapport.intake.v1.${name}`);
const client = createClient(service, createGrpcWebTransport({ baseUrl: address, useBinaryFormat: true }));

const screening = await client.getScreening({});
const request = {
  ...JSON.parse(readFileSync(sample, "utf8")),
  requestId: randomUUID(),
  protocol: screening.protocol,
};
const submitted = await client.submitIntake(fromJson(message("SubmitIntakeRequest"), request));
const read = await client.getIntake(
  { name: submitted.intake },
  { headers: { authorization: `Bearer ${submitted.statusToken}` } },
);
const refusal = await client
  .submitIntake(fromJson(message("SubmitIntakeRequest"), { ...request, requestId: "not a UUID" }))
  .then(() => "accepted", (error) => Code[ConnectError.from(error).code]);

console.log(
  JSON.stringify({
    submitted: toJson(message("SubmitIntakeResponse"), submitted),
    state: toJson(message("GetIntakeResponse"), read).intake.state,
    refusal,
  }),
);
