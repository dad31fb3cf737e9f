"""Playing sound: what is heard, where the play cursor is, and what happens without an audio device."""
