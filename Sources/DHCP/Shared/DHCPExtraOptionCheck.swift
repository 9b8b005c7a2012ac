import NetworkTypes

/// Whether an extra option of either version can be had.
public enum DHCPExtraOptionCheck {
  /// - Returns: Why the option cannot be had, in a line for people; nil when it can.
  public static func problem(named name: String, text: String, version: IPVersion) -> String? {
    switch version {
    case .v4:
      do throws(DHCPOptionTextError) {
        _ = try DHCPExtraOption(named: name, text: text)
        return nil
      } catch { return "\(error)" }
    case .v6:
      do throws(DHCPv6OptionTextError) {
        _ = try DHCPv6ExtraOption(named: name, text: text)
        return nil
      } catch { return "\(error)" }
    }
  }
}
