# Makes luci-app-NAME and, for each language in po/, luci-i18n-NAME-LANGUAGE.
LUCI_NAME:=$(notdir $(CURDIR))
LUCI_BASENAME:=$(LUCI_NAME:luci-app-%=%)
LUCI_LANGUAGES:=$(filter-out templates,$(notdir $(wildcard $(CURDIR)/po/*)))
# Where the folder has another name than the language has on the router.
LUCI_LC_ALIAS.zh_Hans:=zh-cn
LUCI_LANG.zh_Hans:=简体中文 (Chinese Simplified)

PKG_NAME:=$(LUCI_NAME)
include $(INCLUDE_DIR)/package.mk

define Package/$(PKG_NAME)
SECTION:=luci
TITLE:=$(LUCI_TITLE)
DEPENDS:=$(LUCI_DEPENDS)
PKGARCH:=all
endef

define Package/$(PKG_NAME)/description
$(LUCI_DESCRIPTION)
endef

define Package/$(PKG_NAME)/install
	$(if $(wildcard ./htdocs),$(INSTALL_DIR) $(1)/www && $(CP) ./htdocs/. $(1)/www/)
	$(if $(wildcard ./root),$(CP) ./root/. $(1)/)
endef

define Package/$(PKG_NAME)/postinst
rm -f /tmp/luci-indexcache.*
rm -rf /tmp/luci-modulecache/
killall -HUP rpcd 2>/dev/null
exit 0
endef

# $(1) is a folder in po/, $(2) the language on the router.
define Translation
define Package/luci-i18n-$(LUCI_BASENAME)-$(2)
SECTION:=luci
TITLE:=$(LUCI_NAME) - $(2) translation
DEPENDS:=+$(LUCI_NAME)
PKGARCH:=all
endef

define Package/luci-i18n-$(LUCI_BASENAME)-$(2)/description
Translation for $(LUCI_NAME) - $(LUCI_LANG.$(1))
endef

define Package/luci-i18n-$(LUCI_BASENAME)-$(2)/install
	$$(INSTALL_DIR) $$(1)/etc/uci-defaults $$(1)/usr/lib/lua/luci/i18n
	echo "uci set luci.languages.$(subst -,_,$(2))='$(LUCI_LANG.$(1))'; uci commit luci" > $$(1)/etc/uci-defaults/luci-i18n-$(LUCI_BASENAME)-$(2)
	$$(foreach po,$$(wildcard ./po/$(1)/*.po),$(HOST_PYTHON3_BIN) $(TOPDIR)/../lmo.py $$(po) $$(1)/usr/lib/lua/luci/i18n/$$(basename $$(notdir $$(po))).$(2).lmo$$(newline))
endef
endef

language=$(or $(LUCI_LC_ALIAS.$(1)),$(1))

$(eval $(call BuildPackage,$(PKG_NAME)))
$(foreach folder,$(LUCI_LANGUAGES),$(eval $(call Translation,$(folder),$(call language,$(folder)))))
$(foreach folder,$(LUCI_LANGUAGES),$(eval $(call BuildPackage,luci-i18n-$(LUCI_BASENAME)-$(call language,$(folder)))))
