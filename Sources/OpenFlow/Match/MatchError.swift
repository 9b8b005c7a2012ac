/// Why a switch refuses a match.
public struct MatchError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// It is not the kind of match that OpenFlow 1.3 has.
    case unknownType(UInt16)
    /// Its bytes end too early, or too late.
    case wrongLength(String)
    /// The switch does not know the field, or not with this length.
    case unknownField
    /// The value has bits that the mask leaves out.
    case valueOutsideMask
    /// The field is compared as a whole.
    case notMaskable
    /// The value is none that the field can have.
    case invalidValue
    /// What has to come before did not.
    case missing(FieldRequirement)
    /// The field is there already.
    case duplicate
    /// The match as a whole is about other packets than the field.
    case inconsistent(FieldRequirement)
  }

  /// The field that it is about; nil when it is about the match as a whole.
  public let field: Field?
  /// What is wrong with it.
  public let problem: Problem

  /// A problem with a field.
  public init(_ field: Field?, _ problem: Problem) {
    self.field = field
    self.problem = problem
  }

  /// The type of the error message that says it: OFPET_BAD_MATCH, or OFPET_BAD_ACTION of a match that contradicts itself.
  public var errorType: UInt16 {
    if case .inconsistent = problem { 2 } else { 4 }
  }

  /// The code of the error message that says it (ofp_bad_match_code).
  public var errorCode: UInt16 {
    switch problem {
    case .unknownType: 0
    case .wrongLength: 1
    case .valueOutsideMask: 5
    case .unknownField: 6
    case .invalidValue: 7
    case .notMaskable: 8
    case .missing: 9
    case .duplicate, .inconsistent: 10
    }
  }

  /// The code's name, such as `OFPBMC_BAD_PREREQ`.
  public var codeName: String {
    OpenFlowError(xid: 0, type: errorType, code: errorCode).codeName
  }

  /// The error message that a switch sends; `data` is the beginning of the request.
  public func message(xid: UInt32, data: [UInt8]) -> OpenFlowError {
    OpenFlowError(xid: xid, type: errorType, code: errorCode, data: data)
  }
}

extension MatchError: CustomStringConvertible {
  /// `tcp_dst needs ip_proto=6 … before it (OFPBMC_BAD_PREREQ)`.
  public var description: String {
    let name = field?.description ?? "the match"
    let reason =
      switch problem {
      case .unknownType(let type): "\(name) is of type \(type), expected 1 (OXM)"
      case .wrongLength(let text): "\(name) has the wrong length: \(text)"
      case .unknownField: "\(name) with \(field?.length ?? 0) bytes is not known to the switch"
      case .valueOutsideMask: "the value of \(name) has bits that its mask leaves out"
      case .notMaskable: "\(name) cannot have a mask"
      case .invalidValue: "\(name) cannot have this value"
      case .missing(let requirement): "\(name) needs \(requirement) before it"
      case .duplicate: "\(name) is there already"
      case .inconsistent(let requirement): "\(name) needs \(requirement)"
      }
    return "\(reason) (\(codeName))"
  }
}
