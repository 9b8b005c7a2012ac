#!/bin/sh
# Generates Sources/GoalStateProtobuf from the .proto files beside this script, with the system's protoc and the two
# plugins built from this package's own dependencies. Run it after a change to a .proto file and commit the result.
# PROTOC_PLUGINS names a directory that already holds the plugins, to skip building them.
set -eu

protos=$(cd "$(dirname "$0")" && pwd)
package=$(cd "$protos/../../.." && pwd)
output=$(dirname "$protos")

if [ -z "${PROTOC_PLUGINS:-}" ]; then
  swift build --package-path "$package" --product protoc-gen-swift
  swift build --package-path "$package" --product protoc-gen-grpc-swift-2
  PROTOC_PLUGINS=$(swift build --package-path "$package" --show-bin-path)
fi

find "$output" -name '*.pb.swift' -delete
find "$output" -name '*.grpc.swift' -delete

cd "$protos"
find . -name '*.proto' | sort | xargs protoc -I. \
  --plugin="$PROTOC_PLUGINS/protoc-gen-swift" --plugin="$PROTOC_PLUGINS/protoc-gen-grpc-swift-2" \
  --swift_out="$output" --swift_opt=Visibility=Public \
  --grpc-swift-2_out="$output" --grpc-swift-2_opt=Visibility=Public
