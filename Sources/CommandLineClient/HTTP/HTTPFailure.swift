import AsyncHTTPClient
import NIOCore
import NIOPosix

/// Why no HTTP answer came.
enum HTTPFailure: Error, Equatable {
  /// The connection was refused by the system or by the peer: the error number.
  case noConnection(code: Int32)
  /// The name has no address.
  case unknownHost(String)
  case timedOut(Duration)
  /// The answer is longer than this many bytes.
  case tooLarge(limit: Int)
  /// Anything else, as the library that met it says it.
  case broken(String)

  /// Finds the reason in an error of the HTTP client or of the sockets under it.
  init(_ error: any Error, timeout: Duration) {
    switch error {
    case let error as IOError:
      self = .noConnection(code: error.errnoCode)
    case let error as NIOConnectionError:
      // The addresses of a name were tried in turn; the first one's answer stands for all.
      if let first = error.connectionErrors.first {
        self = HTTPFailure(first.error, timeout: timeout)
      } else {
        self = .unknownHost(error.host)
      }
    case let error as SocketAddressError.UnknownHost:
      self = .unknownHost(error.host)
    case is ChannelError, is HTTPClientError:
      self = HTTPFailure(clientError: error, timeout: timeout)
    case is NIOTooManyBytesError:
      self = .tooLarge(limit: HTTPExchange.bodyLimit)
    default:
      self = .broken(String(describing: error))
    }
  }

  private init(clientError error: any Error, timeout: Duration) {
    if case ChannelError.connectTimeout(let amount) = error {
      self = .timedOut(.nanoseconds(amount.nanoseconds))
      return
    }
    switch error as? HTTPClientError {
    case .connectTimeout?: self = .timedOut(.seconds(5))
    case .deadlineExceeded?, .readTimeout?, .writeTimeout?, .getConnectionFromPoolTimeout?: self = .timedOut(timeout)
    case .remoteConnectionClosed?: self = .broken("the connection was closed before the answer was complete")
    default: self = .broken(String(describing: error))
    }
  }

  /// The reason as the middle of a sentence.
  var reason: String {
    switch self {
    case .noConnection(let code): systemMessage(code)
    case .unknownHost(let host): "no address is known for the name '\(host)'"
    case .timedOut(let duration): "no answer within \(duration.components.seconds) s"
    case .tooLarge(let limit): "the answer is larger than \(limit >> 20) MiB; narrow it with a filter"
    case .broken(let text): printable(text)
    }
  }
}

/// `text` as one segment of a path, or as the name or value in a query (RFC 3986 §2.3: all but unreserved characters
/// are encoded).
func percentEncoded(_ text: String) -> String {
  var result = ""
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"):
      result.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
  }
  return result
}
