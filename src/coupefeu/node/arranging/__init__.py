"""What a node does for arranged calls: looks at them beside the calls on record, and tells when no answer came."""
