# The connector: everything that builds, starts, stops and checks it.
#   make run      install what is missing, build, start all of it under var/ and print where   (PORT= VAR=)
#   make stop     end all of it          make logs    show what happens
#   make test     the whole proof in its own folder on free ports; ends with "N passed, N failed"
#
#   make          the programs, in build/release        make SAN=1      the same with ASan and UBSan, in build/san
#                                               make kind=fault  as release, with fcgi/base/fault.h's points, for tests
#   make unit | db | http | sandbox | e2e | disk | chaos | lint   one part of the tests
#   make bench    speed, measured side by side with its peers, one table   (ROWS="intake client": some of it)
#   make soak     long trouble, tests/soak/parts.sh   (PARTS="disk fuzz")   make pictures   every page, in build/pictures
#   make lighthouse   Lighthouse's marks for every page, in build/lighthouse
#   make format   lay out the C sources     make tidy   clang-tidy     make fuzz   libFuzzer programs, in build/fuzz
#   make site     the web site's files and libraries, in build/site    make clean
#   make install  what is built into its places   (DESTDIR= PREFIX=/usr/local SYSCONFDIR=/etc DOMAIN= CERT= KEY=)
#
# Objects stand in BUILD/<kind>/; all layers go into one static library that programs and tests link.
BUILD ?= build
# One spelling for one folder: the dependency files name their objects by it.
override BUILD := $(patsubst $(CURDIR)/%,%,$(BUILD))
KIND  := $(or $(kind),$(if $(SAN),san,release))
B     := $(BUILD)/$(KIND)

WARN   = -std=gnu17 -Wall -Wextra -Werror -Wpedantic -Wshadow -Wconversion \
         -Wsign-conversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
         -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef \
         -Wvla -Wimplicit-fallthrough -Wdate-time
GCC    = -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wformat-signedness -ftrivial-auto-var-init=zero
HARDEN = -O2 -g -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fno-common -fPIE \
         -Wnull-dereference -ffile-prefix-map=$(CURDIR)=. $(if $(filter x86_64 i%86,$(MACHINE)),-fcf-protection)
LDHARD = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--as-needed
SANFL  = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LIBS   = -lfcgi -lcurl -ljson-c -lmariadb -lconfig -lcrypto -lz
MACHINE := $(shell uname -m)
CLANG  ?= clang-19

CC      = gcc
CFLAGS  = $(WARN) $(FLAGS_$(KIND)) -D_GNU_SOURCE= -Ifcgi -include base/banned.h -MMD -MP
FLAGS_release = $(GCC) $(HARDEN)
FLAGS_san     = $(GCC) $(SANFL) -DCONNECTOR_FAULTS
FLAGS_fault   = $(FLAGS_release) -DCONNECTOR_FAULTS
FLAGS_fuzz    = $(SANFL) -fsanitize=fuzzer-no-link
LD_release    = $(LDHARD)
LD_san        = $(SANFL)
LD_fault      = $(LDHARD)
LD_fuzz       = $(SANFL) -fsanitize=fuzzer
ifeq ($(KIND),fuzz)
CC      = $(CLANG)
endif

src    = $(sort $(wildcard $(1)))
objs   = $(patsubst %.c,$(B)/%.o,$(1))
bins   = $(patsubst %.c,$(B)/%,$(1))
MAINS := $(call src,fcgi/main_*.c)
LAYERS:= $(filter-out $(MAINS),$(call src,fcgi/*.c fcgi/*/*.c)) fcgi/program.c
TLIB  := $(call src,tests/lib/*.c)
UNIT  := $(call src,tests/unit/test_*.c)
DB    := $(call src,tests/db/test_*.c)
HTTP  := $(call src,tests/http/test_*.c)
FUZZ  := $(call src,tests/fuzz/fuzz_*.c)
BENCH := $(call src,tests/bench/bench_*.c)
ALL   := $(MAINS) $(LAYERS) $(TLIB) $(UNIT) $(DB) $(HTTP) $(FUZZ) $(BENCH) $(call src,tests/fuzz/replay.c)
FILES := $(ALL) $(call src,fcgi/*.h fcgi/*/*.h tests/*/*.h tests/soak/*.c)
PROGRAMS := $(patsubst $(B)/connector-ctl,$(B)/connectorctl,$(MAINS:fcgi/main_%.c=$(B)/connector-%))

all: $(PROGRAMS)
tests-c: tests-unit tests-db tests-http tests-fuzz
tests-unit: $(call bins,$(UNIT))
tests-db: $(call bins,$(DB))
tests-http: $(call bins,$(HTTP))
tests-fuzz: $(call bins,$(FUZZ))

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  cc     $(KIND) $<"
	@$(CC) $(CFLAGS) $(if $(filter tests/%,$<),-Itests) -c -o $@ $<

$(B)/libconnector.a: $(call objs,$(LAYERS))
	@rm -f $@
	@ar rcs $@ $^

$(B)/libtest.a: $(call objs,$(TLIB))
	@rm -f $@
	@ar rcs $@ $^

link = @echo "  link   $@"; $(CC) $(LD_$(KIND)) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(1) $(LIBS)

$(B)/connectorctl: $(B)/fcgi/main_ctl.o $(B)/libconnector.a
	$(call link)
$(B)/connector-%: $(B)/fcgi/main_%.o $(B)/libconnector.a
	$(call link)
$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(B)/libtest.a $(B)/libconnector.a
	$(call link,-lcmocka)
$(B)/tests/db/test_%: $(B)/tests/db/test_%.o $(B)/libtest.a $(B)/libconnector.a
	$(call link,-lcmocka)
$(B)/tests/http/test_%: $(B)/tests/http/test_%.o $(B)/libtest.a $(B)/libconnector.a
	$(call link,-lcmocka -lpthread)
$(B)/bench_%: $(B)/tests/bench/bench_%.o $(B)/libconnector.a
	$(call link)
# libFuzzer brings its own main; elsewhere a small one replays the corpus.
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(if $(filter fuzz,$(KIND)),,$(B)/tests/fuzz/replay.o) $(B)/libconnector.a
	$(call link)

fuzz:
	@$(MAKE) --no-print-directory kind=fuzz tests-fuzz
	@echo "run one: build/fuzz/tests/fuzz/fuzz_NAME -max_total_time=60 tests/fuzz/corpus/NAME"

site: nginx/node_modules/.package-lock.json
	@sh nginx/build-site.sh nginx $(BUILD)/site
$(addsuffix /node_modules/.package-lock.json,nginx tests tests/bench tests/lighthouse): \
%/node_modules/.package-lock.json: %/package-lock.json %/package.json
	@echo "  npm    $*"
	@cd $* && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
	@touch $@
tests-npm: tests/node_modules/.package-lock.json
lighthouse-npm: tests-npm tests/lighthouse/node_modules/.package-lock.json
bench-parts: $(patsubst tests/bench/%.c,$(B)/%,$(BENCH)) tests-npm tests/bench/node_modules/.package-lock.json

run:
	@MAKE="$(MAKE)" sh conf/run/start.sh
stop:
	@sh conf/run/stop.sh
logs:
	@sh conf/run/logs.sh

test:
	@MAKE="$(MAKE)" sh tests/run.sh all
unit db http sandbox e2e disk chaos soak lint pictures lighthouse:
	@MAKE="$(MAKE)" sh tests/run.sh $@

format:
	@clang-format-19 -i $(FILES)
tidy:
	@sh tests/lint/tidy.sh $(filter fcgi/%.c,$(ALL))

install: all
	@BUILD="$(BUILD)" KIND="$(KIND)" DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" SYSCONFDIR="$(SYSCONFDIR)" \
		DOMAIN="$(DOMAIN)" CERT="$(CERT)" KEY="$(KEY)" sh conf/install.sh

bench:
	@MAKE="$(MAKE)" sh tests/bench/run.sh

clean:
	@[ ! -d var/service ] || sh conf/run/stop.sh
	rm -rf $(BUILD) nginx/node_modules tests/node_modules tests/bench/node_modules tests/lighthouse/node_modules

.PHONY: all tests-c tests-unit tests-db tests-http tests-fuzz tests-npm lighthouse-npm bench-parts fuzz site run stop logs \
	test unit db http sandbox e2e disk chaos soak lint pictures lighthouse format tidy install bench clean
.DELETE_ON_ERROR .SECONDARY:
MAKEFLAGS += --no-builtin-rules
-include $(patsubst %.o,%.d,$(call objs,$(ALL)))
