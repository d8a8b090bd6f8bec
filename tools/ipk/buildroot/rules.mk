# A stand-in for the parts of OpenWrt's buildroot that the Makefiles in openwrt/ use: it runs their recipes as the SDK would, and
# leaves each package's files and fields in STAGE_DIR, for tools.ipk to make packages of. These are given on the command line:
#
# TOPDIR             this folder
# BUILD_DIR          for what is in between
# DL_DIR             for what the Makefiles download, unless it is there
# STAGE_DIR          NAME/ for the files of each package, NAME.package/ for what else is said of it
# HOST_PYTHON3_BIN   runs here
# PYTHON3_VERSION    of the target, such as 3.11

.DEFAULT_GOAL:=stage
INCLUDE_DIR:=$(TOPDIR)/include

INSTALL_DIR:=install -d -m0755
INSTALL_BIN:=install -m0755
INSTALL_DATA:=install -m0644
INSTALL_CONF:=install -m0600
CP:=cp -fpR

define newline


endef
