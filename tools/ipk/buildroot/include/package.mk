PKG_BUILD_DIR?=$(BUILD_DIR)/$(PKG_NAME)
PKG_INSTALL_DIR:=$(PKG_BUILD_DIR)/ipkg-install

PACKAGE_FIELDS:=SECTION TITLE URL DEPENDS EXTRA_DEPENDS USERID PKGARCH
PACKAGES:=

# $(1) is a package's name. Those for sources alone, which the buildroot makes by itself, are not made here.
define BuildPackage
$(if $(value Package/$(1)),$(eval $(call RememberPackage,$(1))))
endef

define RememberPackage
$(foreach field,$(PACKAGE_FIELDS),$(field):=$(newline))
$(call Package/$(1))
$(foreach field,$(PACKAGE_FIELDS),$(1).$(field):=$$($(field))$(newline))
PACKAGES+=$(1)
endef

# $(1) is a package's name, $(2) the folder for what is said of it.
define WritePackage
$(shell mkdir -p $(2))
$(file >$(2)/fields,VERSION=$(PKG_VERSION)-r$(PKG_RELEASE))
$(file >>$(2)/fields,LICENSE=$(PKG_LICENSE))
$(file >>$(2)/fields,MAINTAINER=$(PKG_MAINTAINER))
$(foreach field,$(PACKAGE_FIELDS),$(file >>$(2)/fields,$(field)=$(strip $($(1).$(field)))))
$(foreach part,description conffiles postinst prerm,$(file >$(2)/$(part),$(Package/$(1)/$(part))))
endef

define StagePackage
	$(INSTALL_DIR) $(STAGE_DIR)/$(1)
	$(call Package/$(1)/install,$(STAGE_DIR)/$(1))
	$(call WritePackage,$(1),$(STAGE_DIR)/$(1).package)

endef

.PHONY: stage
stage:
	$(Build/Prepare)
	$(Build/Compile)
	$(foreach package,$(PACKAGES),$(call StagePackage,$(package)))
