/// How the value of a DHCPv6 option is made up.
public enum DHCPv6OptionForm: Hashable, Sendable {
  /// Nothing: that the option is there says it all.
  case empty
  /// One byte.
  case uint8
  /// A 16-bit number.
  case uint16
  /// A 32-bit number.
  case uint32
  /// 16-bit numbers.
  case codes
  /// IPv6 addresses.
  case addresses
  /// Domain names, uncompressed (RFC 8415 section 10).
  case domains
  /// Text in UTF-8.
  case text
  /// Byte strings with 16-bit lengths.
  case strings
  /// A DHCP unique identifier (RFC 8415 section 11).
  case duid
  /// An identity association with its options.
  case association
  /// An address of an association.
  case address
  /// A prefix of an association.
  case prefix
  /// A status and a message.
  case status
  /// An enterprise number and byte strings.
  case vendorClass
  /// An enterprise number and options.
  case vendorOptions
  /// Flags and a domain name (RFC 4704 section 4).
  case fqdn
  /// Time sources (RFC 5908 section 4).
  case ntp
  /// Three numbers of a network boot interface (RFC 5970 section 3.4).
  case interface
  /// Bytes that are not looked into.
  case opaque
}

/// The options that are registered with IANA for DHCPv6, by number and by name (without the prefix `OPTION_`).
public enum DHCPv6OptionRegistry {
  /// One registered option.
  public typealias Entry = (code: UInt16, name: String, form: DHCPv6OptionForm)

  /// All of them, ascending.
  public static let entries: [Entry] = [
    (1, "CLIENTID", .duid), (2, "SERVERID", .duid), (3, "IA_NA", .association), (4, "IA_TA", .association),
    (5, "IAADDR", .address), (6, "ORO", .codes), (7, "PREFERENCE", .uint8), (8, "ELAPSED_TIME", .uint16),
    (9, "RELAY_MSG", .opaque), (11, "AUTH", .opaque), (12, "UNICAST", .addresses), (13, "STATUS_CODE", .status),
    (14, "RAPID_COMMIT", .empty), (15, "USER_CLASS", .strings), (16, "VENDOR_CLASS", .vendorClass),
    (17, "VENDOR_OPTS", .vendorOptions), (18, "INTERFACE_ID", .opaque), (19, "RECONF_MSG", .uint8),
    (20, "RECONF_ACCEPT", .empty), (21, "SIP_SERVER_D", .domains), (22, "SIP_SERVER_A", .addresses),
    (23, "DNS_SERVERS", .addresses), (24, "DOMAIN_LIST", .domains), (25, "IA_PD", .association),
    (26, "IAPREFIX", .prefix), (27, "NIS_SERVERS", .addresses), (28, "NISP_SERVERS", .addresses),
    (29, "NIS_DOMAIN_NAME", .domains), (30, "NISP_DOMAIN_NAME", .domains), (31, "SNTP_SERVERS", .addresses),
    (32, "INFORMATION_REFRESH_TIME", .uint32), (33, "BCMCS_SERVER_D", .domains), (34, "BCMCS_SERVER_A", .addresses),
    (36, "GEOCONF_CIVIC", .opaque), (37, "REMOTE_ID", .opaque), (38, "SUBSCRIBER_ID", .opaque),
    (39, "CLIENT_FQDN", .fqdn), (40, "PANA_AGENT", .addresses), (41, "NEW_POSIX_TIMEZONE", .text),
    (42, "NEW_TZDB_TIMEZONE", .text), (43, "ERO", .codes), (44, "LQ_QUERY", .opaque), (45, "CLIENT_DATA", .opaque),
    (46, "CLT_TIME", .uint32), (47, "LQ_RELAY_DATA", .opaque), (48, "LQ_CLIENT_LINK", .addresses),
    (49, "MIP6_HNIDF", .opaque), (50, "MIP6_VDINF", .opaque), (51, "V6_LOST", .domains),
    (52, "CAPWAP_AC_V6", .addresses), (53, "RELAY_ID", .duid), (54, "IPv6_Address-MoS", .opaque),
    (55, "IPv6_FQDN-MoS", .opaque), (56, "NTP_SERVER", .ntp), (57, "V6_ACCESS_DOMAIN", .domains),
    (58, "SIP_UA_CS_LIST", .domains), (59, "BOOTFILE_URL", .text), (60, "BOOTFILE_PARAM", .strings),
    (61, "CLIENT_ARCH_TYPE", .codes), (62, "NII", .interface), (63, "GEOLOCATION", .opaque),
    (64, "AFTR_NAME", .domains), (65, "ERP_LOCAL_DOMAIN_NAME", .domains), (66, "RSOO", .opaque),
    (67, "PD_EXCLUDE", .opaque), (68, "VSS", .opaque), (69, "MIP6_IDINF", .opaque), (70, "MIP6_UDINF", .opaque),
    (71, "MIP6_HNP", .opaque), (72, "MIP6_HAA", .opaque), (73, "MIP6_HAF", .opaque), (74, "RDNSS_SELECTION", .opaque),
    (75, "KRB_PRINCIPAL_NAME", .opaque), (76, "KRB_REALM_NAME", .opaque), (77, "KRB_DEFAULT_REALM_NAME", .opaque),
    (78, "KRB_KDC", .opaque), (79, "CLIENT_LINKLAYER_ADDR", .opaque), (80, "LINK_ADDRESS", .addresses),
    (81, "RADIUS", .opaque), (82, "SOL_MAX_RT", .uint32), (83, "INF_MAX_RT", .uint32), (84, "ADDRSEL", .opaque),
    (85, "ADDRSEL_TABLE", .opaque), (86, "V6_PCP_SERVER", .addresses), (87, "DHCPV4_MSG", .opaque),
    (88, "DHCP4_O_DHCP6_SERVER", .addresses), (89, "S46_RULE", .opaque), (90, "S46_BR", .addresses),
    (91, "S46_DMR", .opaque), (92, "S46_V4V6BIND", .opaque), (93, "S46_PORTPARAMS", .opaque),
    (94, "S46_CONT_MAPE", .opaque), (95, "S46_CONT_MAPT", .opaque), (96, "S46_CONT_LW", .opaque),
    (97, "4RD", .opaque), (98, "4RD_MAP_RULE", .opaque), (99, "4RD_NON_MAP_RULE", .opaque),
    (100, "LQ_BASE_TIME", .uint32), (101, "LQ_START_TIME", .uint32), (102, "LQ_END_TIME", .uint32),
    (103, "CAPTIVE_PORTAL", .text), (104, "MPL_PARAMETERS", .opaque), (105, "ANI_ATT", .uint16),
    (106, "ANI_NETWORK_NAME", .opaque), (107, "ANI_AP_NAME", .opaque), (108, "ANI_AP_BSSID", .opaque),
    (109, "ANI_OPERATOR_ID", .opaque), (110, "ANI_OPERATOR_REALM", .opaque), (111, "S46_PRIORITY", .codes),
    (112, "MUD_URL_V6", .text), (113, "V6_PREFIX64", .opaque), (114, "F_BINDING_STATUS", .uint8),
    (115, "F_CONNECT_FLAGS", .uint16), (116, "F_DNS_REMOVAL_INFO", .opaque), (117, "F_DNS_HOST_NAME", .opaque),
    (118, "F_DNS_ZONE_NAME", .opaque), (119, "F_DNS_FLAGS", .uint16), (120, "F_EXPIRATION_TIME", .uint32),
    (121, "F_MAX_UNACKED_BNDUPD", .uint32), (122, "F_MCLT", .uint32), (123, "F_PARTNER_LIFETIME", .uint32),
    (124, "F_PARTNER_LIFETIME_SENT", .uint32), (125, "F_PARTNER_DOWN_TIME", .uint32),
    (126, "F_PARTNER_RAW_CLT_TIME", .uint32), (127, "F_PROTOCOL_VERSION", .uint32),
    (128, "F_KEEPALIVE_TIME", .uint32), (129, "F_RECONFIGURE_DATA", .opaque), (130, "F_RELATIONSHIP_NAME", .opaque),
    (131, "F_SERVER_FLAGS", .uint8), (132, "F_SERVER_STATE", .uint8), (133, "F_START_TIME_OF_STATE", .uint32),
    (134, "F_STATE_EXPIRATION_TIME", .uint32), (135, "RELAY_PORT", .uint16), (136, "V6_SZTP_REDIRECT", .strings),
    (137, "S46_BIND_IPV6_PREFIX", .opaque), (138, "IA_LL", .opaque), (139, "LLADDR", .opaque),
    (140, "SLAP_QUAD", .opaque), (141, "V6_DOTS_RI", .domains), (142, "V6_DOTS_ADDRESS", .addresses),
    (143, "IPv6_Address-ANDSF", .addresses), (144, "V6_DNR", .opaque), (145, "REGISTERED_DOMAIN", .opaque),
    (146, "FORWARD_DIST_MANAGER", .opaque), (147, "REVERSE_DIST_MANAGER", .opaque), (148, "ADDR_REG_ENABLE", .empty),
    (149, "IA_SRV6_LOCATOR", .opaque), (150, "IALOCATOR", .opaque),
  ]

  /// The registered name, or nil.
  public static func name(of code: DHCPv6OptionCode) -> String? {
    entry(code)?.name
  }

  /// How the option's value is made up; opaque when that is not known.
  public static func form(of code: DHCPv6OptionCode) -> DHCPv6OptionForm {
    entry(code)?.form ?? .opaque
  }

  /// The option of a registered name, or nil.
  public static func code(named name: String) -> DHCPv6OptionCode? {
    entries.first { $0.name == name }.map { DHCPv6OptionCode(rawValue: $0.code) }
  }

  private static func entry(_ code: DHCPv6OptionCode) -> Entry? {
    entries.first { $0.code == code.rawValue }
  }
}
