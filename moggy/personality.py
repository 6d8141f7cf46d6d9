"""Who a pet is: the Feline Five and its likes. The brain feels by it, the tree chooses by it, the
voice sounds by it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from moggy.body import StrictModel
from moggy.messages import Unit
from moggy.vocabulary import ZoneName


class Temperament(StrictModel):
    """The Feline Five (Litchfield et al. 2017): 0.5 is an average cat. N is neuroticism, not
    stability."""

    neuroticism: Annotated[
        Unit, Field(description="startles more, and takes longer to recover")
    ] = 0.5
    extraversion: Annotated[Unit, Field(description="explores and plays more")] = 0.5
    dominance: Annotated[Unit, Field(description="insists; bears others less")] = 0.5
    impulsiveness: Annotated[
        Unit, Field(description="changes its mind sooner, chooses less strictly")
    ] = 0.5
    agreeableness: Annotated[Unit, Field(description="bears touch longer, trusts sooner")] = 0.5


class Quiet(StrictModel):
    """When the pet keeps still, and how quiet it always is."""

    hours: Annotated[
        tuple[float, float] | None,
        Field(description="from, to: hours of the day; null: it has no quiet hours"),
    ] = (22.5, 7.0)
    loudest: Annotated[
        float, Field(ge=0.0, le=1.0, description="cap on the loudness of any call")
    ] = 1.0
    budget: Annotated[
        float,
        Field(ge=0.0, le=60.0, description="calls an hour that it makes without being addressed"),
    ] = 12.0


LIKES_TOUCH: dict[ZoneName, float] = {
    "head": 0.9,
    "cheeks": 0.9,
    "chin": 0.8,
    "neck": 0.7,
    "back": 0.5,
    "tail_base": -0.1,
    "tail": -0.4,
    "belly": -0.5,
    "paws": -0.3,
}
"""How an average cat likes to be touched, −1..1. The order is that of Ellis et al. 2015 and
Soennichsen & Chamove 2002: temples and cheeks best, tail base and belly least. The amounts are our
judgement."""


class Personality(StrictModel):
    """One pet's character, as a designer writes it. What each field does: docs/personalities.md."""

    name: Annotated[str, Field(description="what the character is called, for people")]
    about: Annotated[str, Field(description="one sentence")] = ""
    temperament: Temperament = Temperament()
    likes_touch: Annotated[
        dict[ZoneName, Annotated[float, Field(ge=-1.0, le=1.0)]],
        Field(description="zone → −1 dislikes to 1 loves; 0 where left out"),
    ] = LIKES_TOUCH
    appetite: dict[str, Annotated[float, Field(ge=0.0, le=3.0)]] = Field(
        default_factory=dict,
        description="id of a behaviour in the tree → factor on its score; 1 where left out",
    )
    voice: Annotated[
        float,
        Field(ge=0.5, le=3.0, description="factor on the pitch of its calls; a kitten 2 to 3"),
    ] = 1.0
    talkative: Annotated[
        float, Field(ge=0.0, le=2.0, description="factor on how readily it calls; 0 is wordless")
    ] = 1.0
    expressive: Annotated[
        float, Field(ge=0.2, le=1.5, description="factor on the size of its movements")
    ] = 1.0
    quiet: Quiet = Quiet()
