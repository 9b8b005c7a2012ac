import Foundation
import GRPCCore

/// The innermost reason of an error that gRPC wrapped, in words for a log.
func rootCause(of error: any Error) -> String {
  var error = error
  // Bounded, for a cause could be its own.
  for _ in 0..<8 {
    if let cause = (error as? RuntimeError)?.cause {
      error = cause
    } else if let cause = (error as? RPCError)?.cause {
      error = cause
    } else {
      break
    }
  }
  if let error = error as? RPCError {
    // All that the transport says of a message that it refuses by its length.
    guard error.message.hasPrefix("Failed to decode message") else { return error.message }
    return "the other end sent a message that is longer than is taken, or none of gRPC's"
  }
  return readableTransportFailure("\(error)")
}

/// A sentence for the text of an error of the socket or of TLS. Those errors' types are the transport's own and not
/// visible here, so their text is taken apart; what is not recognised is passed on as it is.
func readableTransportFailure(_ text: String) -> String {
  for (mark, sentence) in tlsFailures where text.contains(mark) {
    return "\(sentence) (\(mark))"
  }
  // "connect(descriptor:addr:size:): Connection refused (errno: 111)": the system's words stand before the number.
  if let number = text.range(of: " (errno:") {
    let words = text[..<number.lowerBound]
    let start = words.range(of: ": ", options: .backwards)?.upperBound ?? words.startIndex
    return String(words[start...].filter { $0 != ")" && $0 != "(" })
  }
  return text
}

/// What BoringSSL and swift-nio-ssl call it, and what it means. A client sees the first group as alerts from the
/// controller, the second is its own judgement.
private let tlsFailures = [
  ("UNKNOWN_CA", "the other end does not trust the authority of this end's certificate"),
  ("ALERT_CERTIFICATE_EXPIRED", "the other end says that this end's certificate has expired"),
  ("ALERT_CERTIFICATE_REQUIRED", "the other end asks for a certificate and got none"),
  ("ALERT_BAD_CERTIFICATE", "the other end does not accept this end's certificate"),
  ("ALERT_CERTIFICATE_UNKNOWN", "the other end does not accept this end's certificate"),
  (
    "CERTIFICATE_VERIFY_FAILED",
    "the other end's certificate is not valid now, or not of an authority that is trusted here"
  ),
  ("failedToValidateHostname", "the other end's certificate is for another name or address than was dialled"),
  ("WRONG_VERSION_NUMBER", "the other end does not speak TLS"),
]
