import GoalState
import GoalStateProtobuf
import NetworkTypes
import SwiftProtobuf

extension NeighborAsk {
  init(_ ask: Alioth_Southbound_V1_Ask) throws(ProtocolViolation) {
    guard FieldRules.isIdentifier(ask.networkID) else {
      throw .invalid("the network \(quoted(ask.networkID)) of a question is not an id")
    }
    let target: Target
    switch (IPAddress(ask.ipAddress), MACAddress(ask.macAddress)) {
    case (let address?, nil) where ask.macAddress.isEmpty: target = .address(address)
    case (nil, let address?) where ask.ipAddress.isEmpty: target = .mac(address)
    default:
      throw .invalid(
        "a question is for IP address \(quoted(ask.ipAddress)) and MAC address \(quoted(ask.macAddress)), not for one of the two"
      )
    }
    self.init(number: ask.number, networkID: NetworkID(ask.networkID), target: target)
  }
}

extension Alioth_Southbound_V1_Ask {
  init(_ ask: NeighborAsk) {
    self.init()
    number = ask.number
    networkID = ask.networkID.rawValue
    switch ask.target {
    case .address(let address): ipAddress = address.description
    case .mac(let address): macAddress = address.description
    }
  }
}

extension Alioth_Southbound_V1_Answer {
  init(_ answer: NeighborAnswer) {
    self.init()
    number = answer.number
    found = answer.isFound
    rememberSeconds = answer.rememberSeconds
  }
}

extension Alioth_Southbound_V1_AgentMessage {
  init(_ question: AgentQuestion) {
    self.init()
    switch question {
    case .ask(let ask): self.ask = Alioth_Southbound_V1_Ask(ask)
    case .idle(let ids): self.idle = .with { $0.neighborIds = ids.map(\.rawValue) }
    }
  }
}
