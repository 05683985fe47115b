#!/usr/bin/env python3
"""Copies the fixed small set that the tests run from a folder that make_samples.py has filled.

    small_set.py SAMPLES tests/data/conformance
"""
import pathlib
import shutil
import sys
import zipfile

# One of each family of operators; all of them have to be right.
OPERATORS = """
add div_floor_rounding remainder fmod floor_divide pow clamp where masked_fill addcmul lerp logit
sum mean prod amax all any var std_mean norm logsumexp cumsum argmax max_reduction_with_dim topk
msort gather scatter scatter_add take_along_dim flip roll tril
repeat_interleave tile cat stack split chunk unbind permute expand select
narrow nn_functional_pad_reflect nn_functional_pad_constant nn_functional_conv2d
nn_functional_conv_transpose2d nn_functional_linear nn_functional_layer_norm
  nn_functional_group_norm nn_functional_softplus nn_functional_gelu
nn_functional_silu log_softmax nn_functional_max_pool2d nn_functional_avg_pool2d
nn_functional_adaptive_avg_pool2d nn_functional_interpolate_bilinear nn_functional_interpolate_nearest
nn_functional_pixel_shuffle nn_functional_embedding baddbmm matmul
bmm addmm meshgrid_variadic_tensors linspace full_like
""".split()


def strip_source_ranges(source, target):
    """Source ranges name files of the machine that traced the model."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                new.writestr(zipfile.ZipInfo(entry.filename), old.read(entry))


def main():
    source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for name in OPERATORS:
        folders = sorted((source / name).glob("float32_*")) or sorted((source / name).glob("*_*"))
        if not folders:
            print(f"no samples of {name}")
            continue
        folder = folders[0]
        copy = target / name / folder.name
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        strip_source_ranges(folder / "model.pt", copy / "model.pt")


if __name__ == "__main__":
    main()
