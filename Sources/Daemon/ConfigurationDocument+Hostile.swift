import Yams

extension ConfigurationDocument {
  /// Refuses text that would cost the parser memory or stack out of proportion: aliases by the dozen, which multiply,
  /// and brackets nested deeply, since the parser calls itself for each. (Nesting by indentation the parser limits.)
  /// Quotes and comments are not told apart, which no sensible settings file comes near to noticing.
  static func checkBeforeParsing(_ text: String, file: String) throws(ConfigurationError) {
    var aliases = 0
    var depth = 0
    var blockDepth = 0
    var line = 1
    var previous = UInt8(ascii: "\n")
    for byte in text.utf8 {
      switch byte {
      case 0:
        throw ConfigurationError(file: file, line: line, message: "the file contains a NUL character")
      case UInt8(ascii: "\n"):
        line += 1
        blockDepth = 0
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth = max(0, depth - 1)
      case UInt8(ascii: "*") where isBoundary(previous):
        aliases += 1
      case UInt8(ascii: " ") where previous == UInt8(ascii: "-") || previous == UInt8(ascii: "?"):
        blockDepth += 1
      default: break
      }
      guard depth <= deepestNesting, blockDepth <= deepestNesting else { throw tooDeep(line: line, file: file) }
      guard aliases <= mostAliasLikeWords else {
        throw ConfigurationError(
          file: file, line: line, message: "too many aliases ('*name'), which are not supported; write the values out")
      }
      previous = byte
    }
  }

  static func tooDeep(line: Int?, file: String) -> ConfigurationError {
    ConfigurationError(
      file: file, line: line, message: "sections and lists are nested more than \(deepestNesting) deep")
  }

  /// The parser's errors with our places.
  static func error(_ error: any Error, file: String) -> ConfigurationError {
    guard let error = error as? YamlError else {
      return ConfigurationError(file: file, message: "cannot read the file as YAML: \(error)")
    }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let text = [context?.text, problem].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ", ")
      return ConfigurationError(
        file: file, line: mark.line, column: mark.column, message: "this is not valid YAML: \(text)")
    case .duplicatedKeysInMapping(let keys, let context):
      return ConfigurationError(
        file: file, line: context.mark.line, column: context.mark.column,
        key: keys.first, message: "the key is given more than once; this is the first place")
    case .reader(let problem, _, _, _):
      return ConfigurationError(file: file, message: "this is not valid YAML: \(problem)")
    default:
      return ConfigurationError(file: file, message: "cannot read the file as YAML: \(error)")
    }
  }

  /// Whether a word can begin after this byte.
  private static func isBoundary(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "["),
      UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "?"):
      true
    default: false
    }
  }
}
