"""Three faces over the engine: the window, the endpoint and the command line."""

__version__ = "0.1.0"
