"""Why did it do that: from any change of an actuator in a journal back to the sample, link by
link."""
