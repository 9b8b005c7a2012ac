import NIOHTTP1

extension ControllerClient {
  /// The controller did not answer.
  func unreachable(_ failure: HTTPFailure, attempt: String) -> CommandFailure {
    let heading = "Cannot \(printable(attempt)): "
    switch failure {
    case .tooLarge:
      return CommandFailure(sentence("\(heading)\(failure.reason)"))
    default:
      return CommandFailure(
        sentence("\(heading)the controller at \(address.base) was not reached: \(failure.reason)")
          + " That address is from \(address.origin.text); choose another with --controller URL or "
          + "\(ControllerAddress.environmentName).")
    }
  }

  /// Something answered, but not as this API does.
  func misunderstood(_ attempt: String, _ reason: String) -> CommandFailure {
    CommandFailure(
      sentence("Cannot \(printable(attempt)): the server at \(address.base) is not understood: \(reason)")
        + " Is it an Alioth controller?")
  }
}

/// What a refusal says: the controller's own message when it sent one, else the status and the start of the answer.
func refusalText(attempt: String, reply: HTTPReply, request: String) -> String {
  let heading = "Cannot \(printable(attempt)): "
  let body = try? JSONValue(parsing: reply.body)
  // {"NeutronError": {type, message, detail}}; some middleware answers {"error": {message}}.
  let neutron = body?["NeutronError"] ?? .null
  // Older Neutron sends the message alone.
  if let message = neutron["message"].string ?? neutron.string, !message.isEmpty {
    let detail = neutron["detail"].string ?? ""
    return sentence(heading + message) + (detail.isEmpty ? "" : " \(sentence(detail))")
  }
  if let message = body?["error"]["message"].string, !message.isEmpty {
    return sentence(heading + message)
  }
  let reason = HTTPResponseStatus(statusCode: reply.status).reasonPhrase
  let start = String(decoding: reply.body.prefix(200), as: UTF8.self)
  let excerpt = start.isEmpty ? "" : " The answer begins: \(sentence(start))"
  return sentence("\(heading)\(request) was answered with \(reply.status) \(reason)") + excerpt
}
