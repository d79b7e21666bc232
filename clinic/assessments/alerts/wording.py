"""What an alert asks for, by whether the patient is there."""

from clinic.assessments.models.alerts import Channel

THERE = " before the patient leaves"


def what_to_do(text: str, channel: Channel) -> str:
    """The text of an instrument's rule for a response that came by this channel.

    The files are written for a patient who is there. Elsewhere what they say of that is left out.
    """
    if channel == Channel.LINK:
        return f"{text.replace(THERE, '')} The patient is not here: call today."
    if channel == Channel.PROGRAM and THERE in text:
        return f"{text.replace(THERE, '')} Find out where the patient is, and call today."
    return text
