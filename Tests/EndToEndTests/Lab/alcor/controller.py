"""An Alcor controller for the tests: what is to be pushed comes as JSON on the standard input, what is answered goes as JSON to
the standard output.

  controller.py push  HOST:PORT    a GoalState for each line, one call each
  controller.py stream HOST:PORT   a GoalStateV2 for each line, all on one stream
  controller.py burst HOST:PORT    COUNT messages of one neighbor each, like the one on the first line, on one stream
  controller.py call  HOST:PORT SERVICE METHOD REQUEST REPLY   one empty message
  controller.py huge  HOST:PORT MEBIBYTES                      one message of that size
  controller.py pings HOST:PORT COUNT                          so many pings of HTTP/2; prints how many were answered
  controller.py ncm   ADDRESS:PORT HOST:PORT                   answers RequestGoalStates: of the first line's neighbors, a
                                   NeighborState by address, it pushes who is asked for; prints what it is asked

The messages are made of alcor.proto, by protoc, in a folder that ALCOR_MESSAGES names.
"""
import json
import os
import socket
import sys
import time

sys.path.insert(0, os.environ["ALCOR_MESSAGES"])
import alcor_pb2 as alcor  # noqa: E402
import grpc  # noqa: E402
from concurrent import futures  # noqa: E402
from google.protobuf import json_format  # noqa: E402

PROVISIONER = "/alcor.schema.GoalStateProvisioner/"
UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
PATIENCE = 60


def show(message):
    print(json_format.MessageToJson(
        message, including_default_value_fields=True, preserving_proto_field_name=True, indent=None), flush=True)


def lines(kind):
    return [json_format.Parse(line, kind()) for line in sys.stdin if line.strip()]


def connect(target):
    return grpc.insecure_channel(target, options=UNLIMITED)


def pushing(channel):
    return channel.unary_unary(
        PROVISIONER + "PushNetworkResourceStates", request_serializer=alcor.GoalState.SerializeToString,
        response_deserializer=alcor.GoalStateOperationReply.FromString)


def streaming(channel):
    return channel.stream_stream(
        PROVISIONER + "PushGoalStatesStream", request_serializer=alcor.GoalStateV2.SerializeToString,
        response_deserializer=alcor.GoalStateOperationReply.FromString)


def push(target):
    with connect(target) as channel:
        call = pushing(channel)
        for message in lines(alcor.GoalState):
            show(call(message, timeout=PATIENCE))


def stream(target):
    with connect(target) as channel:
        for reply in streaming(channel)(iter(lines(alcor.GoalStateV2)), timeout=PATIENCE):
            show(reply)


def burst(target, count):
    """The neighbors' ids and addresses count up, so that the order of the replies shows."""
    first, = lines(alcor.GoalStateV2)
    (_, template), = first.neighbor_states.items()

    def messages():
        for number in range(int(count)):
            message = alcor.GoalStateV2(format_version=102)
            neighbor = message.neighbor_states["burst-%d" % number]
            neighbor.CopyFrom(template)
            neighbor.configuration.id = "burst-%d" % number
            neighbor.configuration.mac_address = "02:00:00:00:%02x:%02x" % (number >> 8, number & 255)
            neighbor.configuration.fixed_ips[0].ip_address = "10.99.%d.%d" % (number >> 8, number & 255)
            yield message

    statuses, begin = [], time.monotonic()
    with connect(target) as channel:
        for reply in streaming(channel)(messages(), timeout=600):
            statuses += reply.operation_statuses
    seconds = time.monotonic() - begin
    print(json.dumps({
        "replies": len(statuses), "per_second": len(statuses) / seconds,
        "in_order": [status.resource_id for status in statuses] == ["burst-%d" % n for n in range(int(count))],
        "successes": sum(status.operation_status == alcor.SUCCESS for status in statuses)}))


def failing(call):
    try:
        call()
        print(json.dumps({"code": "OK", "details": ""}))
    except grpc.RpcError as error:
        print(json.dumps({"code": error.code().name, "details": error.details()}))


def call(target, service, method, request, reply):
    with connect(target) as channel:
        ask = channel.unary_unary(
            "/alcor.schema.%s/%s" % (service, method),
            request_serializer=getattr(alcor, request).SerializeToString,
            response_deserializer=getattr(alcor, reply).FromString)
        failing(lambda: ask(getattr(alcor, request)(), timeout=PATIENCE))


def huge(target, mebibytes):
    with connect(target) as channel:
        ask = channel.unary_unary(
            PROVISIONER + "PushNetworkResourceStates", request_serializer=lambda size: bytes(size),
            response_deserializer=alcor.GoalStateOperationReply.FromString)
        failing(lambda: ask(int(mebibytes) << 20, timeout=PATIENCE))


def pings(target, count):
    """As other languages' gRPC does to measure a connection, only at once. Nothing else comes on it but the server's settings."""
    host, port = target.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        for number in range(int(count)):
            connection.sendall(bytes([0, 0, 8, 6, 0, 0, 0, 0, 0]) + number.to_bytes(8, "big"))
        answered, received = 0, b""
        while answered < int(count):
            part = connection.recv(65536)
            if not part:
                break
            received += part
            while len(received) >= 9 and len(received) >= 9 + int.from_bytes(received[:3], "big"):
                answered += received[3] == 6 and received[4] & 1
                received = received[9 + int.from_bytes(received[:3], "big"):]
    print(answered)


def ncm(address, target):
    neighbors = {
        key: json_format.ParseDict(value, alcor.NeighborState())
        for key, value in json.loads(sys.stdin.readline()).items()}
    channel = connect(target)
    pusher = streaming(channel)

    def answer(request, _):
        reply = alcor.HostRequestReply(format_version=request.format_version)
        for asked in request.state_requests:
            show(asked)
            status = alcor.SUCCESS
            if asked.request_type == alcor.ON_DEMAND:
                if asked.destination_ip in neighbors:
                    message = alcor.GoalStateV2(format_version=102)
                    neighbor = neighbors[asked.destination_ip]
                    message.neighbor_states[neighbor.configuration.id].CopyFrom(neighbor)
                    for result in pusher(iter([message]), timeout=PATIENCE):
                        pass
                else:
                    status = alcor.FAILURE
            reply.operation_statuses.add(request_id=asked.request_id, operation_status=status)
        return reply

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("alcor.schema.GoalStateProvisioner", {
        "RequestGoalStates": grpc.unary_unary_rpc_method_handler(
            answer, request_deserializer=alcor.HostRequest.FromString,
            response_serializer=alcor.HostRequestReply.SerializeToString)}),))
    server.add_insecure_port(address)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    commands = {
        "push": push, "stream": stream, "burst": burst, "call": call, "huge": huge, "pings": pings, "ncm": ncm}
    commands[sys.argv[1]](*sys.argv[2:])
