"""SyncFile: a private cloud that runs on the home router."""

__version__ = "0.1.0"
