"""Pictures of the cat without a browser, with the shape and the kinematics of the studio's page, in
numpy."""
