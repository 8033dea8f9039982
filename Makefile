# pam-aws-mfa: `make help` lists the targets.

PREFIX      ?= /usr/local
DESTDIR     ?=
BINDIR      ?= $(PREFIX)/bin
LIBEXECDIR  ?= $(PREFIX)/libexec
MANDIR      ?= $(PREFIX)/share/man
DOCDIR      ?= $(PREFIX)/share/doc/pam-aws-mfa
SYSCONFDIR  ?= /etc
BUILD       ?= build
CC          ?= cc
PKG_CONFIG  ?= pkg-config

# Where this distribution keeps its PAM modules: the folder that holds pam_unix.so.
PAMDIR ?= $(patsubst %/,%,$(dir $(firstword $(wildcard \
	$(foreach d,/lib/$(MULTIARCH) /usr/lib/$(MULTIARCH) /lib64 /usr/lib64 /lib /usr/lib, \
	$(d)/security/pam_unix.so)) /lib/security/)))
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)

BUILD_PACKAGES = build-essential pkg-config libpam0g-dev libcurl4-openssl-dev libssl-dev \
	libiniparser-dev libexpat1-dev
TEST_PACKAGES  = libcmocka-dev libpam-wrapper libnss-wrapper pamtester awscli python3 \
	python3-botocore python3-boto3 openssl procps clang clang-format mandoc util-linux

CFLAGS   ?= -O2 -g
WARNINGS  = -Wall -Wextra -Wshadow -Wconversion -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings
ifdef WERROR
WARNINGS += -Werror
endif
HARDENING = -fstack-protector-strong -fstack-clash-protection -fvisibility=hidden -fPIC
ifeq ($(findstring -D_FORTIFY_SOURCE,$(CFLAGS)),)
HARDENING += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
ALL_CFLAGS  = -std=c17 -D_GNU_SOURCE -Iinclude -I$(BUILD) -MMD -MP $(WARNINGS) $(HARDENING) \
	$(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LDFLAGS)

ifneq ($(V),1)
Q = @
say = @printf '  %-6s %s\n' $(1) $(2);
endif

objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(addsuffix /*.c,$(1))))
CONTRACT_OBJS = $(call objects,include)
PAM_OBJS      = $(call objects,pam)
TOOL_OBJS     = $(call objects,tool tool/profile)
STS_OBJS      = $(call objects,tool/sts)
PROGRAMS      = $(BUILD)/pam_aws_mfa.so $(BUILD)/aws-mfa $(BUILD)/aws-mfa-sts
STS_LIBS      = -lcurl -lcrypto -lexpat
TOOL_LIBS     = -liniparser
MANPAGES      = tool/aws-mfa.1 tool/aws-mfa.conf.5 pam/pam_aws_mfa.8

.PHONY: help deps all check demo lint install uninstall clean FORCE
.DELETE_ON_ERROR:
all: $(PROGRAMS)

help:
	@echo 'make deps        install what building, testing and the demo need (apt-get)'
	@echo 'make             build the three programs in $(BUILD)/'
	@echo 'make demo        watch a PAM login ask for a code and `aws` work afterwards'
	@echo 'make check       run all tests'
	@echo 'make lint        formatting, both compilers with -Werror, man pages'
	@echo 'make install     PREFIX=$(PREFIX) PAMDIR=$(PAMDIR) SYSCONFDIR=$(SYSCONFDIR)'
	@echo 'make uninstall   remove what install put there (never your configuration)'
	@echo 'make clean       remove $(BUILD)/'

$(BUILD)/pam_aws_mfa.so: $(PAM_OBJS) $(CONTRACT_OBJS) pam/pam_aws_mfa.map
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared -Wl,-z,defs \
		-Wl,--version-script=pam/pam_aws_mfa.map -o $@ $(PAM_OBJS) $(CONTRACT_OBJS) -lpam

$(BUILD)/aws-mfa: $(TOOL_OBJS) $(CONTRACT_OBJS)
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $^ $(TOOL_LIBS)

$(BUILD)/aws-mfa-sts: $(STS_OBJS) $(CONTRACT_OBJS)
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $^ $(STS_LIBS)

$(BUILD)/%.o: %.c | $(BUILD)/build_paths.h
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Rewritten only when a path has changed, so that what bakes it in is rebuilt then and only then.
$(BUILD)/build_paths.h: FORCE
	@mkdir -p $(@D)
	@printf '#define BUILD_%s "%s"\n' BINDIR '$(BINDIR)' LIBEXECDIR '$(LIBEXECDIR)' \
		SYSCONFDIR '$(SYSCONFDIR)' >$@.new
	@if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d $(BUILD)/*/*/*/*.d)
