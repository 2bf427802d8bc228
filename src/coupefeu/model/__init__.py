"""The words of the field as frozen values. Nothing enters, nothing leaves: this room knows nothing."""
