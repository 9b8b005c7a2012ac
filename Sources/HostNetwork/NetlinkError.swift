import CNetlink
import Glibc

/// Why a question to the kernel's network configuration, or a change of it, failed: what was attempted, on what, and
/// what libnl and the kernel said.
public struct NetlinkError: Error, Hashable, Sendable {
  /// What kind of failure it is, for a caller that decides by it.
  public enum Kind: Hashable, Sendable {
    /// The interface, address or route is not there.
    case notFound
    /// What was to be added is there already.
    case exists
    /// The process may not change the configuration.
    case permissionDenied
    /// No route leads to the destination.
    case unreachable
    /// Anything else; the text says what.
    case failed
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// What was attempted, such as `set the MTU to 1450`.
  public let attempt: String
  /// What it was attempted on, such as `interface eth0`.
  public let subject: String
  /// The words of libnl, and the kernel's where they say more.
  public let reason: String

  /// An error with these parts.
  public init(kind: Kind, attempt: String, subject: String, reason: String) {
    self.kind = kind
    self.attempt = attempt
    self.subject = subject
    self.reason = reason
  }

  /// The error for a negative result of libnl.
  ///
  /// - Parameter systemError: the errno in the kernel's answer, or 0; libnl maps many to "Unspecific failure".
  init(code: Int32, systemError: Int32, attempt: String, subject: String) {
    let libraryText = String(cString: nl_geterror(code))
    let systemText = systemError > 0 ? String(cString: strerror(systemError)) : nil
    let reason =
      if let systemText, !libraryText.contains(systemText) { "\(libraryText) (\(systemText))" } else { libraryText }
    self.init(kind: Kind(code: code, systemError: systemError), attempt: attempt, subject: subject, reason: reason)
  }

  /// What a person can do about it, or nil when there is nothing general to say.
  public var advice: String? {
    switch kind {
    case .permissionDenied: "give the process CAP_NET_ADMIN, or run it as root"
    case .notFound, .exists, .unreachable, .failed: nil
    }
  }
}

extension NetlinkError.Kind {
  init(code: Int32, systemError: Int32) {
    switch (abs(code), systemError) {
    case (_, ENETUNREACH), (_, EHOSTUNREACH): self = .unreachable
    case (NLE_NODEV, _), (NLE_OBJ_NOTFOUND, _), (NLE_NOADDR, _): self = .notFound
    case (NLE_EXIST, _): self = .exists
    case (NLE_PERM, _), (NLE_NOACCESS, _): self = .permissionDenied
    default: self = .failed
    }
  }
}

extension NetlinkError: CustomStringConvertible {
  /// One line: attempt, subject, reason, advice.
  public var description: String {
    let text = "cannot \(attempt) (\(subject)): \(reason)"
    return advice.map { "\(text); \($0)" } ?? text
  }
}
