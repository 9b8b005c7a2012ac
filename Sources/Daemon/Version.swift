/// The version of Alioth's programs.
public let aliothVersion = "0.1.0"
