# pam-aws-mfa: `make help` lists the targets.

PREFIX      ?= /usr/local
DESTDIR     ?=
BINDIR      ?= $(PREFIX)/bin
LIBEXECDIR  ?= $(PREFIX)/libexec
MANDIR      ?= $(PREFIX)/share/man
DOCDIR      ?= $(PREFIX)/share/doc/pam-aws-mfa
SYSCONFDIR  ?= /etc
RUNDIR      ?= /run
UNITDIR     ?= $(PREFIX)/lib/systemd/system
# Debian's own zsh looks in vendor-completions.
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
BUILD       ?= build
CC          ?= cc

# The folder of this distribution's PAM modules: pam_unix.so is there.
PAMDIR ?= $(patsubst %/,%,$(dir $(firstword $(wildcard \
	$(foreach d,/lib/$(MULTIARCH) /usr/lib/$(MULTIARCH) /lib64 /usr/lib64 /lib /usr/lib, \
	$(d)/security/pam_unix.so)) /lib/security/)))
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)

BUILD_PACKAGES = build-essential libpam0g-dev libcurl4-openssl-dev libssl-dev \
	libiniparser-dev libexpat1-dev
TEST_PACKAGES  = libcmocka-dev curl libpam-wrapper libnss-wrapper pamtester awscli python3 \
	python3-botocore python3-boto3 openssl clang clang-format clang-tidy libclang-rt-dev mandoc \
	util-linux strace acl procps e2fsprogs tinyproxy-bin libpam-google-authenticator \
	openssh-server openssh-client sudo login rsync git openvpn debhelper lintian \
	mmdebstrap systemd-container bash-completion zsh fish tmux

VM_PACKAGES    = qemu-system-x86 debootstrap
# npm is a package of its own in Debian, but not where node comes from elsewhere.
SDK_PACKAGES   = golang-go golang-github-aws-aws-sdk-go-v2-dev ruby ruby-aws-sdk-core \
	$(if $(shell command -v npm),,nodejs npm)
# The last ones for Node.js 18, which Debian 12 has.
SDKS_OF_NPM    = @aws-sdk/client-sts@3.699.0 @aws-sdk/credential-providers@3.699.0

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
# The processor then faults jumps into the middle of code, if it can detect them: x86, arm64.
takes = $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null 2>/dev/null && echo $(1))
HARDENING += $(BRANCHES)
BRANCHES := $(call takes,-fcf-protection=full) $(call takes,-mbranch-protection=standard)
# These programs throw no exceptions and must not dump a core, so nothing needs unwind tables.
HARDENING += -fno-asynchronous-unwind-tables
# Each program runs for a moment: fewer pages save more time than faster loops. The linker leaves out
# the functions that a program does not use.
ifneq ($(filter -O2,$(CFLAGS)),)
SMALL      = -Os -ffunction-sections -fdata-sections
SMALL_LINK = -Wl,--gc-sections
endif
# A build makes the same bytes in every source folder.
REPRODUCIBLE = -ffile-prefix-map=$(CURDIR)=.
ALL_CFLAGS  = -std=c17 -D_GNU_SOURCE -Iinclude -I$(BUILD) -MMD -MP $(WARNINGS) $(HARDENING) \
	$(REPRODUCIBLE) $(CPPFLAGS) $(CFLAGS) $(SMALL)
ALL_LDFLAGS = -Wl,-z,relro,-z,now,-z,noexecstack$(PACK_RELOCS) -Wl,--as-needed $(SMALL_LINK) \
	$(LDFLAGS)

# Only for a C library that can start such a program. The linker makes one in silence for any. And
# only for a machine that the linker can do it for: it warns for others.
PACK = -z,pack-relative-relocs
PACK_RELOCS := $(shell { grep -qs GLIBC_ABI_DT_RELR \
	"$$($(CC) $(CFLAGS) $(LDFLAGS) -print-file-name=libc.so.6)" && $(CC) -shared -nostdlib \
	-Wl,--fatal-warnings,$(PACK) -o /dev/null -x c /dev/null && echo ,$(PACK); } 2>/dev/null)

ifneq ($(V),1)
Q = @
say = @printf '  %-6s %s\n' $(1) $(2);
endif

# A variant for tests (SITE, IDLE below) compiles only the files OWN. It links the other objects from
# the folder LENT.
LENT =
OWN =
objects = $(foreach c,$(wildcard $(addsuffix /*.c,$(1))), \
	$(if $(LENT),$(if $(filter $(c),$(OWN)),$(BUILD),$(LENT)),$(BUILD))/$(c:.c=.o))
CONTRACT_OBJS = $(call objects,include)
PAM_OBJS      = $(call objects,pam)
# tests/arrows.py says which folder may include which.
TOOL_PARTS    = $(filter-out tool/sts,$(sort $(patsubst %/,%,$(dir $(wildcard tool/*/*.c)))))
PART_OBJS     = $(call objects,$(TOOL_PARTS))
TOOL_OBJS     = $(call objects,tool) $(PART_OBJS)
STS_OBJS      = $(call objects,tool/sts)
PROGRAMS      = $(BUILD)/pam_aws_mfa.so $(BUILD)/aws-mfa $(BUILD)/aws-mfa-sts
# libcrypto comes first: it has half of all symbols, and each start looks them up.
STS_LIBS      = -lcrypto -lcurl -lexpat -pthread
# Links the archive if there is one: a shared library would add a tenth to the cost of a run.
TOOL_LIBS     = $(or $(wildcard $(shell $(CC) -print-file-name=libiniparser.a \
	2>/dev/null)),-liniparser) -ldl
MANPAGES      = tool/aws-mfa.1 tool/aws-mfa.conf.5 tool/aws-mfa-keystore.8 pam/pam_aws_mfa.8
UNITS         = $(wildcard systemd/*.s*)
GENERATOR     = $(UNITDIR)-generators/aws-mfa-keystore-uid
POLKIT        = $(UNITDIR)/polkit-agent-helper@.service.d/aws-mfa.conf
COMPLETIONS   = $(wildcard completions/*)
EXAMPLES      = $(filter-out examples/demo,$(wildcard examples/*.conf examples/*.svg examples/*/*))

.PHONY: help deps all check bench demo deb lint install uninstall clean FORCE
.DELETE_ON_ERROR:
all: $(PROGRAMS)

help:
	@echo 'make deps        install what building, testing and the demo need (apt-get)'
	@echo 'make deps-vm     the same, and what check-vm and check-suites need'
	@echo 'make             build the three programs in $(BUILD)/'
	@echo 'make demo        watch a PAM login ask for a code and `aws` work afterwards'
	@echo 'make check       run all tests (ONLY=ini: those with "ini" in their names)'
	@echo 'make check-asan  the same with the sanitizers for addresses and undefined behaviour'
	@echo 'make coverage    the same, and a table of the lines that ran; fails if they are too few'
	@echo 'make check-suites  tests and lint on Debian 12, 13, 11 made from nothing, and for Arm (root)'
	@echo 'make check-keystore  attacks on keystore mode, in a container that boots (root)'
	@echo 'make check-sdks  a session in the SDKs for Go, Ruby and JavaScript (make deps-sdks)'
	@echo 'make check-vm    a whole bastion in a virtual machine (root; SUITE=bookworm: Debian 12)'
	@echo 'make check-keystore-vm  keystore mode and the attacks on it, in a virtual machine (root)'
	@echo 'make bench       time, CPU and memory beside those of curl, awscli and others'
	@echo 'make picture     draw the login of README.md anew (root)'
	@echo 'make fuzz        libFuzzer on all that reads foreign bytes (FUZZ_SECONDS=20 each)'
	@echo 'make lint        formatting, compilers with -Werror, static analysis, man pages'
	@echo 'make compile_commands.json   what clangd and other editors read'
	@echo 'make install     PREFIX=$(PREFIX) PAMDIR=$(PAMDIR) SYSCONFDIR=$(SYSCONFDIR)'
	@echo 'make deb         build Debian packages in $(BUILD)/deb/ (as a git clone only)'
	@echo 'make uninstall   remove what install put there (never your configuration)'
	@echo 'make clean       remove $(BUILD)/'
	@echo 'V=1 shows the commands, WERROR=1 makes warnings errors.'

# The module runs as root. So it takes little from include/: its options, its conversation, clean
# text, and the checks of the code and of root's files.
$(BUILD)/pam_aws_mfa.so: $(PAM_OBJS) pam/pam_aws_mfa.map $(filter $(addprefix %/include/, \
		ascii.o character.o clean.o code.o descriptors.o entry_file.o local_time.o \
		monotonic.o options.o peer.o record.o root_folder.o words_pam.o),$(CONTRACT_OBJS))
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared -Wl,-z,defs \
		-Wl,--version-script=pam/pam_aws_mfa.map -o $@ $(filter %.o,$^) -lpam -pthread

$(BUILD)/aws-mfa: $(TOOL_OBJS) $(CONTRACT_OBJS)
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $^ $(TOOL_LIBS)

$(BUILD)/aws-mfa-sts: $(STS_OBJS) $(CONTRACT_OBJS)
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -pie -o $@ $^ $(STS_LIBS) \
		-Wl,--export-dynamic-symbol=_gnutls_global_init_skip

$(TOOL_OBJS): ALL_CFLAGS += -Itool

$(BUILD)/%.o: %.c Makefile | $(BUILD)/build_paths.h $(BUILD)/completion_scripts.h \
		$(BUILD)/base
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Written again only if a path has changed: then the objects that contain the path are rebuilt.
$(BUILD)/build_paths.h: FORCE
	@mkdir -p $(@D)
	@printf '#define BUILD_%s "%s"\n' BINDIR '$(BINDIR)' LIBEXECDIR '$(LIBEXECDIR)' \
		SYSCONFDIR '$(SYSCONFDIR)' RUNDIR '$(RUNDIR)' DOCDIR '$(DOCDIR)' >$@.new
	@if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi

# The completion scripts as strings, for `aws-mfa completion`.
$(BUILD)/completion_scripts.h: $(COMPLETIONS)
	@mkdir -p $(@D)
	@for script in BASH:aws-mfa.bash ZSH:_aws-mfa FISH:aws-mfa.fish; do \
		echo "#define COMPLETION_$${script%:*} \\" && \
		sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n" \\/' completions/$${script#*:} && \
		echo; done >$@.new
	@mv $@.new $@

# Says what is too old or missing, in one line each, before a compiler says it in hundreds.
$(BUILD)/base: include/base.in
	@mkdir -p $(@D)
	@$(CC) -D_GNU_SOURCE $(CPPFLAGS) $(CFLAGS) -E -P -MD -MP -MF $@.d -MT $@ -xc $< >$@.new
	@sed -n -e 's/"OpenSSL \([^ ]*\).*"/\1/; s/"//g; s/ *\([.:]\) */\1/g' \
		-e 's/^old:\(.*\):\(.*\):\(.*\)/\1 \2 is too old: \3 is needed/p' \
		-e 's/^missing:\(.*\):\(.*\):\(.*\)/\1 is missing (\2): \3 or newer is needed; see make deps/p' \
		$@.new >$@.faults
	@sed -n 's/^since:\(.*\):\(.*\):\(.*\)/\1 \2 \3/p' $@.new | while read -r name function version; do \
		grep -q "^[^:]*$$function *(" $@.new || \
			echo "$$name is too old (no $$function): $$version is needed"; done >>$@.faults
	@cat $@.faults >&2; [ ! -s $@.faults ]
	@mv $@.new $@
-include $(BUILD)/base.d

-include $(patsubst %.o,%.d,$(CONTRACT_OBJS) $(PAM_OBJS) $(TOOL_OBJS) $(STS_OBJS))

# --- install -------------------------------------------------------------------------------

INSTALL ?= install

# Mode 0711: users may not read the programs. So only root can trace such a process or read its
# memory, from the first instruction on. Otherwise a user could seize the processes that logins
# start for them.
install: all
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))$(INSTALL) -d '$(DESTDIR)$(BINDIR)' \
		'$(DESTDIR)$(LIBEXECDIR)' '$(DESTDIR)$(PAMDIR)' '$(DESTDIR)$(MANDIR)/man1' \
		'$(DESTDIR)$(MANDIR)/man5' '$(DESTDIR)$(MANDIR)/man8' '$(DESTDIR)$(DOCDIR)'
	$(Q)$(INSTALL) -m 0711 $(BUILD)/aws-mfa '$(DESTDIR)$(BINDIR)/aws-mfa'
	$(Q)$(INSTALL) -m 0711 $(BUILD)/aws-mfa-sts '$(DESTDIR)$(LIBEXECDIR)/aws-mfa-sts'
	$(Q)$(INSTALL) -m 0644 $(BUILD)/pam_aws_mfa.so '$(DESTDIR)$(PAMDIR)/pam_aws_mfa.so'
	$(Q)$(INSTALL) -D -m 0755 pam/named-by '$(DESTDIR)$(LIBEXECDIR)/pam-aws-mfa/named-by'
	$(Q)for page in $(MANPAGES); do \
		$(INSTALL) -m 0644 $$page "$(DESTDIR)$(MANDIR)/man$${page##*.}/" || exit 1; done
	$(Q)$(INSTALL) -d '$(DESTDIR)$(UNITDIR)' && for unit in $(UNITS); do \
		sed -e 's|@BINDIR@|$(BINDIR)|; s|@LIBEXECDIR@|$(LIBEXECDIR)|; s|@RUNDIR@|$(RUNDIR)|' \
		$$unit >"$(DESTDIR)$(UNITDIR)/$${unit#*/}" && \
		chmod 0644 "$(DESTDIR)$(UNITDIR)/$${unit#*/}" || exit 1; done
	$(Q)$(INSTALL) -D -m 0644 systemd/polkit-agent-helper.conf '$(DESTDIR)$(POLKIT)' && \
		sed -i 's|@RUNDIR@|$(RUNDIR)|' '$(DESTDIR)$(POLKIT)'
	$(Q)$(INSTALL) -D -m 0755 systemd/aws-mfa-keystore-uid '$(DESTDIR)$(GENERATOR)'
	$(Q)$(INSTALL) -D -m 0644 completions/aws-mfa.bash '$(DESTDIR)$(BASHCOMPDIR)/aws-mfa'
	$(Q)$(INSTALL) -D -m 0644 completions/_aws-mfa '$(DESTDIR)$(ZSHCOMPDIR)/_aws-mfa'
	$(Q)$(INSTALL) -D -m 0644 completions/aws-mfa.fish '$(DESTDIR)$(FISHCOMPDIR)/aws-mfa.fish'
	$(Q)$(INSTALL) -m 0644 *.md LICENSE '$(DESTDIR)$(DOCDIR)/'
	$(Q)for file in $(EXAMPLES); do \
		$(INSTALL) -D -m 0644 $$file "$(DESTDIR)$(DOCDIR)/$$file" || exit 1; done
	@[ -n '$(DESTDIR)' ] || [ '$(SYSCONFDIR)' != /etc ] || $(NEXT_STEPS)

# The package says the same when it is installed.
NEXT_STEPS = sed 's|@DOCDIR@|$(DOCDIR)|' pam/next-steps
.PHONY: next-steps
next-steps:
	@$(NEXT_STEPS)

# Files in $(SYSCONFDIR) stay: they belong to the administrator. Refused while a PAM stack names the
# module: logins through that stack would fail.
uninstall:
	@if [ -z '$(FORCE)' ] && sh pam/named-by '$(DESTDIR)' >&2; then \
		echo 'These lines name the module, and logins through them would fail without it.' \
			'Bring back the old stacks first, or run: make uninstall FORCE=1' >&2; exit 1; fi
	$(Q)rm -f '$(DESTDIR)$(BINDIR)/aws-mfa' '$(DESTDIR)$(LIBEXECDIR)/aws-mfa-sts' \
		'$(DESTDIR)$(PAMDIR)/pam_aws_mfa.so' '$(DESTDIR)$(BASHCOMPDIR)/aws-mfa' \
		'$(DESTDIR)$(ZSHCOMPDIR)/_aws-mfa' '$(DESTDIR)$(FISHCOMPDIR)/aws-mfa.fish' \
		$(patsubst systemd/%,'$(DESTDIR)$(UNITDIR)/%',$(UNITS)) '$(DESTDIR)$(POLKIT)' '$(DESTDIR)$(GENERATOR)' \
		$(foreach p,$(notdir $(MANPAGES)), \
		'$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(p)))/$(p)')
	$(Q)rm -rf '$(DESTDIR)$(DOCDIR)' '$(DESTDIR)$(LIBEXECDIR)/pam-aws-mfa'

# --- Debian packages -----------------------------------------------------------------------

# Builds from a copy of the files that git tracks, so that no other file gets into the packages.
# The packages are then in $(BUILD)/deb/.
deb:
	$(Q)rm -rf $(BUILD)/deb && mkdir -p $(BUILD)/deb/source
	$(Q)git ls-files -z | rsync -0 --files-from=- . $(BUILD)/deb/source
	$(Q)cd $(BUILD)/deb/source && dpkg-buildpackage --no-sign --build=binary $(if $(Q),>../log) || \
		{ tail -n 30 ../log >&2; exit 1; }
	@ls $(BUILD)/deb/*.deb

# --- needed packages ------------------------------------------------------------------------

# If all packages are installed, these do nothing and need no root.
.PHONY: deps-vm deps-sdks
deps:    PACKAGES = $(BUILD_PACKAGES) $(TEST_PACKAGES)
deps-vm: PACKAGES = $(BUILD_PACKAGES) $(TEST_PACKAGES) $(VM_PACKAGES)
deps-sdks: PACKAGES = $(SDK_PACKAGES)
deps deps-vm deps-sdks:
	@command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || { \
		echo 'make deps needs apt-get; install what your system calls:' \
			'$(PACKAGES)' >&2; exit 1; }
	@missing=$$(for p in $(PACKAGES); do \
		[ "$$(dpkg-query -Wf '$${db:Status-Status}' $$p 2>/dev/null)" = installed ] || \
			echo $$p; done); \
	[ -z "$$missing" ] && exit 0; \
	as_root=; if [ "$$(id -u)" != 0 ]; then \
		command -v sudo >/dev/null || { echo 'make deps needs root (or sudo) to install:' \
			$$missing >&2; exit 1; }; as_root=sudo; fi; \
	echo '  installing' $$missing; \
	$$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends $$missing </dev/null

# --- tests ---------------------------------------------------------------------------------

# The tests run the files that `make install` installs. They are built once more with paths inside
# $(BUILD), so that the tests do not touch the host.
STAGE      = $(CURDIR)/$(BUILD)/tests/stage
STAGE_OBJ  = $(BUILD)/tests/obj
STAGE_MAKE = $(MAKE) --no-print-directory BUILD=$(STAGE_OBJ) DESTDIR= SYSCONFDIR='$(STAGE)/etc' \
	RUNDIR='$(STAGE)/run'

.PHONY: stage
stage:
	+$(Q)$(STAGE_MAKE) PREFIX='$(STAGE)' BINDIR='$(STAGE)/bin' LIBEXECDIR='$(STAGE)/libexec' \
		MANDIR='$(STAGE)/share/man' DOCDIR='$(STAGE)/share/doc/pam-aws-mfa' \
		PAMDIR='$(STAGE)/lib/security' install

# The objects of the stage, for all else that the tests link. The recipe makes make look at their times
# again: only what has changed is linked anew.
STAGED = $(patsubst %.c,$(STAGE_OBJ)/%.o,$(wildcard include/*.c pam/*.c tool/*.c tool/*/*.c))
$(STAGED): stage
	@:

# Each tests/DIR/NAME.c with a main() becomes the program $(BUILD)/tests/DIR/NAME. Each
# tests/DIR/NAME.so.c becomes a library for LD_PRELOAD or PAM. A program X_test is a cmocka test,
# and `make check` runs it. The archive holds the objects of the product and of the other files of
# tests/. The linker takes from it the objects that a program uses. So a new test needs no line
# here, even in a new folder.
TEST_SOURCES  := $(filter-out tests/fuzz/%,$(wildcard $(patsubst %,tests/%*.c,*/ */*/ */*/*/)))
TEST_OBJS     := $(TEST_SOURCES:%.c=$(BUILD)/%.o)
TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(filter %.so.c,$(TEST_SOURCES)) \
	$(shell grep -l '^int main\b' $(TEST_SOURCES) /dev/null 2>/dev/null))
TESTED         = $(BUILD)/tests/tested.a
TEST_LIBS      = -lcmocka -lpam $(STS_LIBS) -lssl $(TOOL_LIBS)

$(TEST_OBJS): ALL_CFLAGS += -fvisibility=default -Itests -Itool \
	-I$(patsubst $(BUILD)/tests/%,%,$(@D))
$(filter %.so,$(TEST_PROGRAMS)): private ALL_LDFLAGS += -shared
# A sanitizer needs more address space than the module allows its helper. And its library must be
# the first one, but a preloaded library comes before it.
UNSANITIZED = $(addprefix $(BUILD)/tests/,pam/scripted_helper tool/sts/stepping_clock.so \
	tool/old_kernel.so)
$(UNSANITIZED) $(UNSANITIZED:=.o): private override CFLAGS := $(filter-out -fsanitize=%,$(CFLAGS))
$(UNSANITIZED): private override LDFLAGS := $(filter-out -fsanitize=%,$(LDFLAGS))

$(TEST_PROGRAMS): %: %.o $(TESTED)
	$(call say,TEST,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -rdynamic -o $@ $^ $(TEST_LIBS)

# If two objects defined a name, a test could get the wrong one.
$(TESTED): $(STAGED) $(filter-out $(TEST_PROGRAMS:=.o),$(TEST_OBJS))
	@rm -f $@ && $(AR) qcs $@ $^
	@twice=$$(nm -g $@ | awk '$$2 ~ /[TDBRC]/ && $$3 != "main" {print $$3}' | sort | uniq -d); \
	[ -z "$$twice" ] || { echo 'defined twice:' $$twice >&2; exit 1; }

-include $(TEST_OBJS:.o=.d)

# Short names of programs, for people who compare by hand.
SHORT_NAMES = $(addprefix $(BUILD)/tests/,profile-dump endpoint-dump sigv4-sign)
$(BUILD)/tests/profile-dump: $(BUILD)/tests/tool/settings/profile-dump
$(BUILD)/tests/endpoint-dump: $(BUILD)/tests/tool/sts/endpoint-dump
$(BUILD)/tests/sigv4-sign: $(BUILD)/tests/tool/sts/sigv4-sign
$(SHORT_NAMES):
	@ln -f $< $@

# Variants of the product:
# FAKE: a module with a helper that plays a script, and its key store in /mnt (keystore_host.c).
# SITE: an aws-mfa with a separate site file. All tests share the site file of the stage.
# IDLE: a module with an aws-mfa that waits one second for a code, not five minutes. A command that
# prints a code has one second, too, not one minute. Its aws-mfa-sts keeps the connection for one second.
FAKE = $(BUILD)/tests/fake
SITE = $(BUILD)/tests/site
IDLE = $(BUILD)/tests/idle
VARIANTS = $(FAKE)/bin/aws-mfa $(FAKE)/pam_aws_mfa.so $(SITE)/aws-mfa $(IDLE)/aws-mfa $(IDLE)/aws-mfa-sts

$(FAKE)/bin/aws-mfa: $(BUILD)/tests/pam/scripted_helper
	@mkdir -p $(@D) && ln -f $< $@

$(FAKE)/pam_aws_mfa.so: FORCE
	+@$(STAGE_MAKE) BUILD=$(FAKE) BINDIR='$(CURDIR)/$(FAKE)/bin' LIBEXECDIR=/nonexistent \
		SYSCONFDIR=/mnt/etc RUNDIR=/mnt/run \
		CPPFLAGS='$(CPPFLAGS) -DOF_TESTS' $(FAKE)/pam_aws_mfa.so

# -> the files that include one of these headers. OWN must hold each file that another path or -D
# reaches; test_build checks this for the paths.
with = $(shell grep -lE '"($(1))\.h"' include/*.c pam/*.c tool/*.c tool/*/*.c)

$(SITE)/aws-mfa: stage
	+@$(STAGE_MAKE) BUILD=$(SITE) LENT=$(STAGE_OBJ) OWN='$(call with,paths)' \
		LIBEXECDIR='$(STAGE)/libexec' SYSCONFDIR='$(CURDIR)/$(SITE)/etc' $(SITE)/aws-mfa

$(IDLE)/aws-mfa: stage
	+@$(STAGE_MAKE) -s BUILD=$(IDLE) LENT=$(STAGE_OBJ) \
		OWN='$(call with,paths|token_command) tool/conversation.c' \
		BINDIR='$(CURDIR)/$(IDLE)' LIBEXECDIR='$(CURDIR)/$(IDLE)' \
		CPPFLAGS='$(CPPFLAGS) -DWARM_MS=1000 -DTOKEN_COMMAND_SECONDS=1' $(IDLE)/aws-mfa $(IDLE)/pam_aws_mfa.so

# One file differs from that of the stage.
$(IDLE)/aws-mfa-sts: stage
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -DWAIT_WARM_MS=1000 $(ALL_LDFLAGS) -pie -o $@ tool/sts/talker.c \
		$(filter-out %/talker.o,$(filter $(addprefix $(STAGE_OBJ)/,tool/sts/% include/%), \
		$(STAGED))) $(STS_LIBS) -Wl,--export-dynamic-symbol=_gnutls_global_init_skip

.PHONY: check_built
check_built: stage $(TEST_PROGRAMS) $(SHORT_NAMES) $(VARIANTS)
check:
	+$(Q)$(PARALLEL_MAKE) check_built
	$(Q)BUILD=$(BUILD) STAGE=$(STAGE) /usr/bin/python3 tests/run.py $(ONLY)

# For targets that need root: says so before anything is built.
.PHONY: as_root
as_root:
	@[ "$$(id -u)" = 0 ] || { echo 'needs root, for mounts and networks of its own:' \
		'sudo make $(MAKECMDGOALS)' >&2; exit 1; }

# Needs root, debootstrap and a Debian mirror. SUITES='arm64 sid' chooses some, or other releases.
.PHONY: check-suites
check-suites: as_root
	$(Q)BUILD=$(BUILD) /usr/bin/python3 tests/suites/suites.py $(SUITES)

# Root, and what `make deps-vm` installs.
.PHONY: check-vm check-keystore-vm
check-vm: IN_VM = test_package test_sshd test_local test_machine
check-keystore-vm: IN_VM = test_keystore $(addprefix test_keystore_, \
		units page attacks changed crossings ways confined machine)
# An idle machine uses 225 to 315, one with five busy programs on each core 420: its caches are cold. A
# slower one that was busy, too, used 580.
check-vm: export MOST_SECONDS = 900
# One test replaces a file of the program.
check-keystore-vm: as_root stage
check-vm check-keystore-vm: as_root $(addprefix $(BUILD)/tests/, \
		bastion/hold bastion/inject bastion/mark.so pam/login tool/sts/confine_test)
	$(Q)BUILD=$(BUILD) SUITE=$(SUITE) /usr/bin/python3 tests/bastion/check_vm.py $(or $(ONLY),$(IN_VM))

# The SDKs for Go, Ruby and JavaScript. Needs `make deps-sdks`, and once the registry of npm.
SDKS = $(CURDIR)/$(BUILD)/sdks
.PHONY: check-sdks
check-sdks: check_built $(SDKS)/caller-go $(SDKS)/node_modules
	$(Q)BUILD=$(BUILD) STAGE=$(STAGE) SDKS=$(SDKS) /usr/bin/python3 tests/run.py \
		$(or $(ONLY),tests.sdks.test_sdks)

$(SDKS)/caller-go: tests/sdks/caller.go
	@mkdir -p $(@D)
	$(call say,GO,$@)GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$(@D)/go go build -o $@ $<

$(SDKS)/node_modules: Makefile
	@mkdir -p $(@D)
	$(call say,NPM,$@)npm install --silent --no-save --no-audit --no-fund --prefix $(@D) $(SDKS_OF_NPM)
	@touch $@

# Root. In `make check` the slow ones of these skip themselves.
.PHONY: check-keystore
check-keystore: as_root check_built
	$(Q)BUILD=$(BUILD) STAGE=$(STAGE) BASTION=container /usr/bin/python3 tests/run.py \
		$(or $(ONLY),bastion/test_keystore tests.tool.keystore.test_mutants \
		tests.tool.keystore.test_changes.Stopped)

# The build reports on stderr, so that stdout holds only the table (or JSON).
bench:
	@$(MAKE) --no-print-directory $(if $(Q),-s) stage \
		$(addprefix $(BUILD)/tests/bench/,server pam_floor.so start_sts) >&2
	$(Q)BUILD=$(BUILD) STAGE=$(STAGE) PYTHONPATH=tests PYTHONDONTWRITEBYTECODE=1 \
		/usr/bin/python3 -m bench $(BENCH)

# Runs libFuzzer for FUZZ_SECONDS on each target, and puts its findings in $(BUILD)/fuzz/.
FUZZ_SECONDS ?= 20
FUZZ_TARGETS  = answer endpoint ini record value
FUZZ_CC       = clang $(filter-out -MMD -MP -O% -D_FORTIFY_SOURCE=2,$(ALL_CFLAGS)) -O1 -g \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
answer_fuzz endpoint_fuzz: FUZZED = tool/sts
ini_fuzz value_fuzz:       FUZZED = $(TOOL_PARTS)
record_fuzz:               FUZZED =

.PHONY: fuzz $(FUZZ_TARGETS:=_fuzz)
fuzz: $(FUZZ_TARGETS:=_fuzz)
$(FUZZ_TARGETS:=_fuzz): $(BUILD)/build_paths.h
	@mkdir -p $(BUILD)/fuzz/corpus/$(@:_fuzz=)
	$(call say,FUZZ,$(@:_fuzz=))$(FUZZ_CC) -Itool $(addprefix -I,$(FUZZED)) -o $(BUILD)/fuzz/$@ \
		tests/fuzz/$@.c $(wildcard include/*.c) \
		$(filter-out %/aws-mfa-sts.c,$(wildcard $(addsuffix /*.c,$(FUZZED)))) \
		$(STS_LIBS) $(TOOL_LIBS)
	$(Q)$(BUILD)/fuzz/$@ -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
		-verbosity=0 -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/$@- \
		$(BUILD)/fuzz/corpus/$(@:_fuzz=) tests/fuzz/corpus/$(@:_fuzz=)

demo: stage
	$(Q)BUILD=$(BUILD) sh examples/demo

# The test that compares it writes it. `make bench BENCH=--write` draws the chart of PERFORMANCE.md.
.PHONY: picture
picture: as_root check_built
	$(Q)PICTURE=write BUILD=$(BUILD) STAGE=$(STAGE) /usr/bin/python3 tests/run.py live/test_picture

# --- checks that run no test ----------------------------------------------------------------

# Built files must not be committed: ELF files, archives, and names that only builds make.
.PHONY: tracked
tracked:
	$(Q)found=$$({ git ls-files -z | LC_ALL=C xargs -0r grep -las \
			-e "^$$(printf '\177ELF')" -e '^!<arch>'; \
		git ls-files | grep -E \
			'(^|/)(build|tmp|__pycache__|core)(/|$$)|\.(o|d|a|so|pyc|gcda|gcno|profraw|deb)$$'; \
	} 2>/dev/null); \
	[ -z "$$found" ] || { echo "built, and yet tracked by git:" "$$found" >&2; exit 1; }

ALL_SOURCES  := $(patsubst $(BUILD)/%.o,%.c,$(CONTRACT_OBJS) $(PAM_OBJS) $(TOOL_OBJS) $(STS_OBJS)) \
	$(TEST_SOURCES) $(wildcard tests/fuzz/*.c)
FUZZ_OBJS    := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/fuzz/*.c))
# The flags of one source, for tools that bring their own compiler: clang-tidy and clangd.
source_flags  = $(filter-out -MMD -MP,$(ALL_CFLAGS)) $(if $(filter include/% pam/%,$(1)),,-Itool) \
	$(if $(filter tests/%,$(1)),-Itests) $(if $(filter tests/fuzz/%,$(1)),-Itool/sts) \
	$(addprefix -I,$(patsubst tests/%/,%,$(filter tests/%,$(dir $(1)))))
$(FUZZ_OBJS): ALL_CFLAGS += -Itool -Itool/sts
-include $(FUZZ_OBJS:.o=.d)

# GCC's own analysis. Each warning that is off here is wrong in every case. Older versions ignore
# the names that they do not know. fd-*: some descriptors stay open on purpose (dup2() to a number,
# a loop that fills 0 to 2).
ifdef ANALYZE
ALL_CFLAGS += -fanalyzer -Wno-analyzer-fd-leak -Wno-analyzer-fd-use-after-close
# GCC 12, and 14 with the last: a pointer that is stored at an offset is not lost.
$(addprefix $(BUILD)/tool/,sts/parameters.o stack/lines.o keystore/entries.o \
	keystore/session_pipe.o rehearse.o cmd_clear.o several_add.o completion_names.o): ALL_CFLAGS += -Wno-analyzer-malloc-leak
# All its warnings about the tests are wrong. clang-tidy and the sanitizers check the tests.
$(TEST_OBJS): ALL_CFLAGS += -fno-analyzer
# GCC 14: step() sets the name to look for, or fails. If there is no name, there is a command.
$(BUILD)/tool/settings/source.o $(BUILD)/tool/command_line.o: ALL_CFLAGS += -Wno-analyzer-null-argument
# GCC 14: a line of a stack is never NULL; judge_at() also serves findings without a line.
$(BUILD)/tool/stack/judge_lines.o: ALL_CFLAGS += -Wno-analyzer-null-dereference
endif

# Checks a file again if the file or one of its headers has changed. Each run checks one file: with
# several files, version 14 reports each va_list after the first file as uninitialized.
TIDY = $(patsubst %.c,$(BUILD)/%.tidy,$(ALL_SOURCES))
$(BUILD)/%.tidy: $(BUILD)/%.o .clang-tidy tests/.clang-tidy
	$(call say,TIDY,$*.c)said=$$(clang-tidy --quiet $*.c -- $(call source_flags,$*.c) 2>&1) || \
		{ printf '%s\n' "$$said"; exit 1; }
	@touch $@

.PHONY: lint_objects tidy
lint_objects: all $(TEST_OBJS)
tidy: lint_objects $(FUZZ_OBJS) $(if $(QUICK),,$(TIDY))

# Checks the format, the man pages, the arrows between the folders and the picture. Then both compilers
# run with -Werror and their analysis. QUICK=1 leaves out gcc and the analysis, which take most of the
# time: `make check` does so. Another of its tests builds with gcc and -Werror. The warnings of clang do not
# need its optimizer, but the checks of libc's headers ask for it.
PARALLEL_MAKE = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-O -j$(shell nproc))
lint: tracked
	$(Q)clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h' 2>/dev/null || \
		find include pam tool tests -name '*.[ch]')
	$(Q)mandoc -Tlint -W warning $(MANPAGES)
	$(Q)/usr/bin/python3 tests/arrows.py
	$(Q)/usr/bin/python3 tests/live/picture.py
	$(if $(QUICK),,+$(Q)$(PARALLEL_MAKE) BUILD=$(BUILD)/lint/gcc CC=gcc WERROR=1 ANALYZE=1 lint_objects)
	+$(Q)$(PARALLEL_MAKE) BUILD=$(BUILD)/lint/clang CC=clang WERROR=1 \
		CFLAGS='-O0 -D__OPTIMIZE__=1' tidy

# For clangd. This file knows all flags that clangd needs.
comma := ,
entry  = $(if $(filter-out $(firstword $(ALL_SOURCES)),$(1)),$(comma)){"directory": "$(CURDIR)"$(comma) \
	"file": "$(1)"$(comma) "command": "$(subst ",\",$(CC) $(call source_flags,$(1))) -c $(1)"}
compile_commands.json: FORCE | $(BUILD)/build_paths.h
	$(file >$@,[)$(foreach source,$(ALL_SOURCES),$(file >>$@,$(call entry,$(source))))$(file >>$@,])
	@echo '  $@'

# --- the tests in builds that watch ---------------------------------------------------------

# Addresses and undefined behaviour. A report of any process fails the tests; what cannot run so is
# skipped, with the reason (tests/sanitizer.py).
# Undefined behaviour traps, and the sanitizer for addresses reports the trap. Of the two libraries, only
# that one finds the file for its reports.
ASAN_FLAGS   = -fsanitize=address,undefined -fsanitize-undefined-trap-on-error
ASAN_REPORTS = $(CURDIR)/$(BUILD)/asan/reports

.PHONY: check-asan coverage
$(TEST_OBJS): ALL_CFLAGS += $(if $(findstring -include,$(CPPFLAGS)),-DOF_TESTS)
check-asan:
	$(Q)rm -rf $(ASAN_REPORTS) && mkdir -p $(ASAN_REPORTS) && chmod 1777 $(ASAN_REPORTS)
	+$(Q)SANITIZER_REPORTS=$(ASAN_REPORTS) $(MAKE) --no-print-directory BUILD=$(BUILD)/asan CC=gcc \
		CFLAGS='-O1 -g -fno-omit-frame-pointer $(ASAN_FLAGS)' LDFLAGS='$(ASAN_FLAGS)' \
		CPPFLAGS='-include tests/sanitizer.h -DSANITIZER_LOG=$(ASAN_REPORTS)/of' check

# Tests become other users, who must be able to write what ran. So the files are there before. The
# status of the tests does not count: some measure what this build costs.
COVERAGE_MAKE = COVERAGE=$(CURDIR)/$(BUILD)/coverage \
	$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CC=gcc LDFLAGS=--coverage \
	CPPFLAGS='-include tests/coverage.h' CFLAGS='-O0 -g --coverage -fprofile-update=atomic'
COVERED = /examples/ /include/ /live/ /pam/ /sandbox/ /tool/
coverage:
	+$(Q)$(COVERAGE_MAKE) check_built
	$(Q)find $(BUILD)/coverage -name '*.gcda' -delete
	$(Q)find $(BUILD)/coverage -name '*.gcno' | sed 's/gcno$$/gcda/' | \
		xargs sh -c ': | tee "$$@" && chmod 666 "$$@"' sh
	+-$(Q)$(COVERAGE_MAKE) ONLY='$(or $(ONLY),$(COVERED))' check
	$(Q)/usr/bin/python3 tests/coverage.py $(BUILD)/coverage $(if $(ONLY),,--hold)

clean:
	rm -rf $(BUILD)
