"""The engine's threads and events, as Qt has them."""
