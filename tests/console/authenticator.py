"""A virtual authenticator in Chromium, told by the DevTools protocol: a device that asks its user, or does not."""

from contextlib import contextmanager


@contextmanager
def authenticator(page, *, verified=True):
    """Plug a device in; gives it."""
    device = Device(page, verified=verified)
    try:
        yield device
    finally:
        device.unplug()


class Device:
    def __init__(self, page, *, verified=True):
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verified,
            "automaticPresenceSimulation": True,
        }
        answer = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = answer["authenticatorId"]

    def verify_user(self, is_verified):
        """Have it recognise its user from now on, or not."""
        self._send("setUserVerified", isUserVerified=is_verified)

    @property
    def credentials(self):
        return self._send("getCredentials")["credentials"]

    def take(self, credential):
        """Put a credential of another device into it."""
        self._send("addCredential", credential=credential)

    def unplug(self):
        self._send("removeVirtualAuthenticator")

    def _send(self, what, **fields):
        return self._session.send(f"WebAuthn.{what}", {"authenticatorId": self._id} | fields)
