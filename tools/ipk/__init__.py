"""Makes packages for OpenWrt's opkg out of the feed in ``openwrt/``, without its SDK: ``python -m tools.ipk``."""
