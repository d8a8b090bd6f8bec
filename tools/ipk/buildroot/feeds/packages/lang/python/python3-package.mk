# $(1) is a package's name. Its Python files are compiled by tools.ipk.
define Py3Package
define Package/$(1)/install
	$$(call Py3Package/$(1)/install,$$(1))
	$$(foreach line,$$(Py3Package/$(1)/filespec),$$(call FileSpec,$$(subst |, ,$$(line)),$$(1)))
endef
endef

# $(1) is "+ PATH" to take a path from what was built, or "- PATH" to leave it out again; $(2) the folder for it.
define FileSpec
	$(if $(filter +,$(word 1,$(1))),$(INSTALL_DIR) $(2)$(dir $(word 2,$(1))) && $(CP) $(PKG_INSTALL_DIR)$(word 2,$(1)) $(2)$(dir $(word 2,$(1))))
	$(if $(filter -,$(word 1,$(1))),rm -rf $(2)$(word 2,$(1)))

endef
