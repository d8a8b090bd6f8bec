"""An account with a second step, and its phone."""

from dataclasses import dataclass

from syncfile.core import totp, two_step
from syncfile.core.access import Actor
from syncfile.core.core import Core
from tests.core.accounts import PASSWORD, move_clock


@dataclass
class Phone:
    """Shows the codes of one account."""

    core: Core
    secret: str
    recovery_codes: list[str]

    def code(self) -> str:
        """Return the code of now."""
        return totp.code_at(self.secret, totp.step_at(self.core.clock()))

    def next_code(self) -> str:
        """Wait for the next code and return it."""
        move_clock(self.core, totp.STEP_SECONDS)
        return self.code()


def turn_on(core: Core, actor: Actor) -> Phone:
    """Ask for a second step from now on."""
    secret = two_step.begin(core, actor, PASSWORD).secret
    phone = Phone(core, secret, [])
    phone.recovery_codes = two_step.turn_on(core, actor, PASSWORD, secret, phone.code())
    return phone
