"""Pictures of the cat without a browser: the same shape and the same kinematics as the studio's
page, in numpy."""
