"""Reusable Scripts: the knowledge of codecs, filters and containers. No IO."""
