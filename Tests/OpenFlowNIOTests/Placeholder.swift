// OpenFlowNIO
