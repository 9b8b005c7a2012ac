import DHCP
import Testing

@Suite("The registry of options")
struct OptionRegistryTests {
  @Test("codes ascend, and no name or alias means two options")
  func unique() {
    let codes = DHCPOptionDefinition.all.map(\.code.rawValue)
    #expect(codes == codes.sorted() && Set(codes).count == codes.count)
    #expect(!codes.contains(0) && !codes.contains(255))
    let names = DHCPOptionDefinition.all.flatMap { [$0.name] + $0.aliases }
    let doubled = Dictionary(grouping: names, by: \.self).filter { $0.value.count > 1 }.keys
    #expect(doubled.isEmpty, "\(doubled.sorted())")
  }

  @Test("names are kebab case, and every name and every alias finds its option, in any case and with underscores")
  func names() {
    for definition in DHCPOptionDefinition.all {
      for name in [definition.name] + definition.aliases {
        #expect(name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-+".utf8.contains($0) }, "\(name)")
        #expect(UInt8(name) == nil, "\(name) would be taken for a number")
        #expect(DHCPOptionDefinition(named: name) == definition)
        let other = String(name.uppercased().map { $0 == "-" ? "_" : $0 })
        #expect(DHCPOptionDefinition(named: other) == definition)
      }
      #expect(DHCPOptionDefinition(of: definition.code) == definition)
    }
    #expect(DHCPOptionDefinition(named: "no-such-option") == nil)
    #expect(DHCPOptionDefinition(of: DHCPOptionCode(rawValue: 224)) == nil)
  }

  @Test("the names of dnsmasq 2.90, which Neutron hands through, are known with their numbers")
  func dnsmasq() {
    for word in dnsmasqNames.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=")
      #expect(DHCPOptionDefinition(named: String(parts[1]))?.code.rawValue == UInt8(parts[0]), "\(word)")
    }
  }

  @Test("the names of Neutron's OVN driver, of Kea 2.2.0 and of ISC's server are known with their numbers")
  func others() {
    for word in otherNames.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=")
      #expect(DHCPOptionDefinition(named: String(parts[1]))?.code.rawValue == UInt8(parts[0]), "\(word)")
    }
  }

  @Test(
    "a name that is not known gets names that are like it",
    arguments: [
      ("ntp-serer", "ntp-server"), ("dns-servers", "dns-server"), ("classless-route", "classless-static-route"),
      ("Bootfile_Name2", "bootfile-name"), ("wpadd", "wpad"), ("tftp", "tftp-server"),
    ])
  func alike(name: String, expected: String) {
    let names = DHCPOptionDefinition.names(like: name)
    #expect(names.contains(expected), "\(names)")
    #expect(names.count <= 3)
  }

  @Test("nothing is like what is like nothing, however long")
  func nothingAlike() {
    #expect(DHCPOptionDefinition.names(like: "qqqqqqqq").isEmpty)
    #expect(DHCPOptionDefinition.names(like: "").isEmpty)
    #expect(DHCPOptionDefinition.names(like: String(repeating: "ntp-server", count: 1000)).isEmpty)
  }
}

private let dnsmasqNames = """
  1=netmask 2=time-offset 3=router 6=dns-server 7=log-server 9=lpr-server 13=boot-file-size 15=domain-name
  16=swap-server 17=root-path 18=extension-path 19=ip-forward-enable 20=non-local-source-routing 21=policy-filter
  22=max-datagram-reassembly 23=default-ttl 26=mtu 27=all-subnets-local 31=router-discovery 32=router-solicitation
  33=static-route 34=trailer-encapsulation 35=arp-timeout 36=ethernet-encap 37=tcp-ttl 38=tcp-keepalive 40=nis-domain
  41=nis-server 42=ntp-server 44=netbios-ns 45=netbios-dd 46=netbios-nodetype 47=netbios-scope 48=x-windows-fs
  49=x-windows-dm 58=T1 59=T2 60=vendor-class 64=nis+-domain 65=nis+-server 66=tftp-server 67=bootfile-name
  68=mobile-ip-home 69=smtp-server 70=pop3-server 71=nntp-server 74=irc-server 77=user-class 80=rapid-commit
  93=client-arch 94=client-interface-id 97=client-machine-id 100=posix-timezone 101=tzdb-timezone 108=ipv6-only
  119=domain-search 120=sip-server 121=classless-static-route 125=vendor-id-encap 150=tftp-server-address
  """

private let otherNames = """
  35=arp_cache_timeout 38=tcp_keepalive_interval 119=domain_search_list 54=server_id 249=ms_classless_static_route
  252=wpad 210=path_prefix 51=lease_time 3=routers 1=subnet-mask 6=domain-name-servers 12=host-name 26=interface-mtu
  28=broadcast-address 42=ntp-servers 44=netbios-name-servers 61=dhcp-client-identifier 66=tftp-server-name
  67=boot-file-name 82=dhcp-agent-options 98=uap-servers 108=v6-only-preferred 112=netinfo-server-address
  114=v4-captive-portal 116=auto-config 121=rfc3442-classless-static-routes 124=vivco-suboptions 125=vivso-suboptions
  136=pana-agent 137=v4-lost 138=capwap-ac-v4 141=sip-ua-cs-domains 159=v4-portparams 212=option-6rd
  213=v4-access-domain 209=loader-configfile 210=loader-pathprefix
  """
