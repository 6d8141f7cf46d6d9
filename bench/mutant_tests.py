"""Which tests are about which file: what `python -m bench mutants` runs for a mutant of it."""

from __future__ import annotations

from collections.abc import Mapping

AFFECT = (
    "tests/unit/test_affect_emotions.py",
    "tests/unit/test_affect_bonds.py",
    "tests/unit/test_affect_habituation.py",
    "tests/unit/test_affect_appraise.py",
    "tests/unit/test_affect_feelings.py",
    "tests/unit/test_mind.py",
    "tests/unit/test_affect.py",
)
BOARD = (
    "tests/firmware/test_board.py",
    "tests/firmware/test_modes.py",
    "tests/firmware/test_late_ticks.py",
    "tests/firmware/test_fault_rules.py",
    "tests/firmware/test_devices.py",
    "tests/firmware/test_port.py",
    "tests/firmware/test_safety.py",
    "tests/firmware/test_restarts.py",
    "tests/firmware/test_faults.py",
    "tests/firmware/test_lost_chips.py",
    "tests/firmware/test_flash.py",
    "tests/firmware/test_stop_kept.py",
)
PORT = (
    "tests/firmware/test_port.py",
    "tests/firmware/test_board.py",
    "tests/firmware/test_devices.py",
    "tests/firmware/test_restarts.py",
)
JOINT = (
    "tests/firmware/test_joint.py",
    "tests/firmware/test_limbs.py",
    "tests/firmware/test_machine_code.py",
    "tests/firmware/test_joint_limits.py",
)
LIMBS = (
    "tests/firmware/test_limbs.py",
    "tests/firmware/test_board.py",
    "tests/firmware/test_modes.py",
    "tests/firmware/test_faults.py",
)
SKIN = (
    "tests/firmware/test_skin_rules.py",
    "tests/firmware/test_skin_noise.py",
    "tests/firmware/test_skin_stuck.py",
    "tests/firmware/test_lost_chips.py",
    "tests/firmware/test_devices.py",
    "tests/firmware/test_skin.py",
)
CHIPS = (
    "tests/firmware/test_lost_chips.py",
    "tests/firmware/test_devices.py",
)
DECIDING = (
    "tests/unit/test_moment.py",
    "tests/unit/test_slot.py",
    "tests/unit/test_nodes.py",
    "tests/unit/test_selector.py",
    "tests/unit/test_tree.py",
    "tests/unit/test_decider.py",
)
TESTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "affect": {
        "brain/affect/appraise.py": AFFECT,
        "brain/affect/bonds.py": AFFECT,
        "brain/affect/drives.py": AFFECT,
        "brain/affect/emotions.py": AFFECT,
        "brain/affect/feelings.py": AFFECT,
        "brain/affect/habituation.py": AFFECT,
        "brain/affect/mood.py": AFFECT,
        "brain/affect/reasons.py": AFFECT,
    },
    "safety": {
        "firmware/limbs.py": LIMBS,
        "firmware/joint.py": JOINT,
        "firmware/mode.py": ("tests/firmware/test_mode.py", "tests/firmware/test_modes.py"),
        "firmware/reflexes.py": ("tests/firmware/test_reflexes.py", "tests/firmware/test_modes.py"),
        "firmware/board.py": BOARD,
        "firmware/port.py": PORT,
        "firmware/faults.py": (
            "tests/firmware/test_fault_rules.py",
            "tests/firmware/test_board.py",
        ),
        "firmware/setpoints.py": (
            "tests/firmware/test_setpoints.py",
            "tests/firmware/test_board.py",
        ),
        "firmware/stop_button.py": (
            "tests/firmware/test_stop_button.py",
            "tests/firmware/test_modes.py",
        ),
        "firmware/restart.py": (
            "tests/firmware/test_restarts.py",
            "tests/firmware/test_board.py",
            "tests/firmware/test_flash.py",
        ),
        "firmware/boots.py": (
            "tests/firmware/test_restarts.py",
            "tests/firmware/test_stop_kept.py",
        ),
        "firmware/all_off.py": (
            "tests/firmware/test_stop_kept.py",
            "tests/firmware/test_servo_drivers.py",
            "tests/firmware/test_faults.py",
            "tests/firmware/test_safety.py",
        ),
        "firmware/skin.py": SKIN,
        "firmware/touches.py": SKIN,
        "firmware/i2c_bus.py": (
            "tests/firmware/test_watched_chip.py",
            "tests/firmware/test_wrapped_clock.py",
            *CHIPS,
        ),
        "firmware/imu.py": ("tests/firmware/test_imu.py", *CHIPS),
        "firmware/mpr121.py": ("tests/firmware/test_touch_chip.py", *CHIPS),
        "firmware/pca9685.py": (
            "tests/firmware/test_servo_chip.py",
            "tests/firmware/test_servo_drivers.py",
            *CHIPS,
        ),
        "firmware/pin_servos.py": (
            "tests/firmware/test_servo_chip.py",
            "tests/firmware/test_devices.py",
        ),
        "firmware/battery.py": (
            "tests/firmware/test_battery.py",
            "tests/firmware/test_devices.py",
            "tests/firmware/test_board.py",
            "tests/firmware/test_faults.py",
        ),
        "moggy/loop.py": ("tests/unit/test_loop.py",),
        "actuators/limiter.py": ("tests/unit/test_limiter.py",),
        "actuators/serial_body.py": (
            "tests/unit/test_serial_body.py",
            "tests/wire/test_protocol.py",
            "tests/wire/test_wire_check.py",
        ),
    },
    "deciding": {
        "behaviors/selectors.py": DECIDING,
        "behaviors/slot.py": DECIDING,
        "behaviors/moment.py": DECIDING,
        "behaviors/nodes.py": DECIDING,
        "behaviors/decider.py": DECIDING,
        "behaviors/curve.py": ("tests/unit/test_curves.py", *DECIDING),
        "behaviors/laws.py": ("tests/unit/test_curves.py", "tests/sim/test_laws.py"),
    },
}
"""Area → file → the tests that are about it, the fastest first."""
