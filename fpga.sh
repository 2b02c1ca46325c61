#!/usr/bin/env bash
# Builds exported kernels with an offline compiler: ./fpga.sh --help
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<'END'
./fpga.sh COMPILER FOLDER [--together] [OPTIONS OF THE COMPILER]

Builds the kernels that ./tornado-nn ... --export FOLDER wrote; ./tornado-nn ... --prebuilt FOLDER runs them.

  intel    aoc of the Intel FPGA SDK for OpenCL. In emulation:  ./fpga.sh intel FOLDER -march=emulator
  xilinx   v++ of Vitis.  ./fpga.sh xilinx FOLDER -t sw_emu|hw_emu|hw --platform NAME
  oneapi   aocl-ioc64 of Intel oneAPI, for its emulator fpga_fast_emu
  pocl     poclcc of PoCL
  driver   the driver of the device itself, for devices that also compile while programs run, such as PoCL's

  tasks BACKEND:DEVICE BINARY   for FPGAs on a TornadoVM SDK 5.2, see docs/fpga.md: reads from standard input what a run
           with -Dtornado.threadInfo=True printed, writes the file for -Dtornado.precompiled.binary, and says on
           standard error which tasks TornadoVM's scheduler for FPGAs does not take

--together puts all kernels into one binary; without it each kernel has its own. What is built and unchanged is kept.
END
}

fail() {
    echo "$*" >&2
    exit 1
}

need() {
    command -v "$1" >/dev/null || fail "$1 was not found. It is part of $2"
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# TornadoVM rounds the iterations of @Parallel loops up to a multiple of 32, wants groups of 64, and drops the loops' bounds.
# Worker grids, which it prints with three sizes, stay as they are.
tasks() {
    awk -v device="$1" -v binary="$2" '
        /Task info:/ { task = $3 }
        /Global work size/ && !seen[task]++ {
            print binary "," task ".device=" device
            sizes = $0
            gsub(/.*\[|\].*/, "", sizes)
            n = split(sizes, size, ", ")
            if (n < 3 && size[1] % 64 != 0) {
                print task ": " size[1] " iterations, not a multiple of 64" > "/dev/stderr"
                refused++
            }
            count++
        }
        END {
            if (!count) {
                print "Standard input has no line of \"Task info\". Run the program with -Dtornado.threadInfo=True." > "/dev/stderr"
                exit 1
            }
            print count " tasks, " refused + 0 " of them not for an FPGA on TornadoVM" > "/dev/stderr"
            exit refused > 0
        }'
}

# Binary, source, names of its kernels.
compile() {
    local binary=$1 source=$2
    shift 2
    case $compiler in
        intel) aoc ${options[@]+"${options[@]}"} -o "$binary" "$source" ;;
        xilinx)
            local objects=() kernel
            for kernel in "$@"; do
                v++ ${options[@]+"${options[@]}"} -c -k "$kernel" -o "build/$kernel.xo" "$source" || return
                objects+=("build/$kernel.xo")
            done
            v++ ${options[@]+"${options[@]}"} -l -o "$binary" "${objects[@]}"
            ;;
        oneapi) aocl-ioc64 ${options[@]+"${options[@]}"} --cmd=build --device=fpga_fast_emu --input="$source" --ir="$binary" ;;
        pocl) poclcc ${options[@]+"${options[@]}"} -o "$binary" "$source" ;;
        driver) "${java[@]}" "$device" "$source" "$binary" ;;
    esac
}

# Name of the binary without its ending, source, names of its kernels.
build() {
    local binary=$1$ending built=$1.built source=$2
    shift 2
    local files=("${@/%/.cl}")
    if [ -f "$built" ] && [ "$(sha256 "${files[@]}" "$binary" 2>/dev/null)" = "$(cat "$built")" ]; then
        echo "$binary: already built"
        return
    fi
    rm -f "$built" "$binary"
    compile "$binary" "$source" "$@" || fail "$compiler could not build $binary from $source; see above."
    [ -s "$binary" ] || fail "$compiler made no $binary."
    sha256 "${files[@]}" "$binary" >"$built.part"
    mv "$built.part" "$built"
    echo "$binary: built"
}

case ${1:-} in
    intel | oneapi) ending=.aocx ;;
    xilinx) ending=.xclbin ;;
    pocl) ending=.pocl ;;
    driver) ending=.bin ;;
    tasks)
        [ $# -eq 3 ] || { usage >&2; exit 2; }
        tasks "$2" "$3"
        exit
        ;;
    '' | -h | --help | help) usage; exit ;;
    *) usage >&2; exit 2 ;;
esac
compiler=$1
folder=${2:-}
[ -f "$folder/manifest.json" ] || fail "${folder:-No folder given:} holds no exported kernels. Export them first: ./tornado-nn train --export FOLDER"
shift 2
together=
options=()
for option in "$@"; do
    if [ "$option" = --together ]; then together=yes; else options+=("$option"); fi
done
case $compiler in
    intel) need aoc "the Intel FPGA SDK for OpenCL: install it and source its init_opencl.sh." ;;
    xilinx)
        need v++ "AMD Vitis: install it and source its settings64.sh, and setup.sh of XRT."
        case " $* " in
            *' --platform'* | *' -f '*) ;;
            *) fail "v++ needs the card's platform and a target, for instance: ./fpga.sh xilinx $folder -t sw_emu --platform NAME (platforminfo --list names them)." ;;
        esac
        ;;
    oneapi) need aocl-ioc64 "the Intel oneAPI Base Toolkit: install it and source its setvars.sh." ;;
    pocl) need poclcc "PoCL, but not of Debian's and Ubuntu's packages. Without it: ./fpga.sh driver $folder" ;;
    driver)
        java=()
        while IFS= read -r word; do java+=("$word"); done <<<"$("$here/setup.sh" java embedded)"
        java+=(-cp "$here/tornado-embedded/target/classes" org.tornadonn.engine.opencl.OfflineCompiler)
        device=$(sed -n 's/^ *"name": "\(.*\)",*$/\1/p' "$folder/manifest.json" | head -n 1)
        ;;
esac
cd "$folder"
mkdir -p build
kernels=()
for file in *.cl; do
    kernels+=("${file%.cl}")
done
if [ -n "$together" ]; then
    cat "${kernels[@]/%/.cl}" >build/all.cl
    build all build/all.cl "${kernels[@]}"
else
    for kernel in "${kernels[@]}"; do
        build "$kernel" "$kernel.cl" "$kernel"
    done
fi
