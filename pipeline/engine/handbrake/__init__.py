"""Reads presets that HandBrake exported as JSON, and says what of them was not taken over."""
