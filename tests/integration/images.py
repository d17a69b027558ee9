#!/usr/bin/env python3
"""The .vti files of runs against their HDF5 files, bit by bit, without VTK.

    python3 tests/integration/images.py RUN... [--expected FILE]

--expected also writes what a viewer must find in them, from the HDF5 files alone.
"""

import argparse
import base64
import glob
import json
import os
import xml.etree.ElementTree

import h5py
import numpy as np

FIELDS = ("chi", "slip", "shear", "plastic_zz", "stress_zz", "stress_xz", "zone", "band")
HIDDEN = 32


def array(element, order):
    """A DataArray: its size in bytes as a 64-bit integer, then the numbers."""
    data = base64.b64decode(element.text.strip(), validate=True)
    kind = np.dtype({"Float64": "f8", "UInt8": "u1"}[element.get("type")]).newbyteorder(order)
    size = int(np.frombuffer(data[:8], np.dtype("u8").newbyteorder(order))[0])
    assert size == len(data) - 8, "the size does not fit the data"
    return np.frombuffer(data[8:], kind)


def series(path):
    """(time, path of the image) of a collection."""
    sets = xml.etree.ElementTree.parse(path).getroot().findall("Collection/DataSet")
    return [(float(item.get("timestep")), os.path.join(os.path.dirname(path), item.get("file")))
            for item in sets]


def check_image(path, group, solid, edge):
    root = xml.etree.ElementTree.parse(path).getroot()
    order = {"LittleEndian": "<", "BigEndian": ">"}[root.get("byte_order")]
    image = root.find("ImageData")
    nz, ny, nx = solid.shape if solid.ndim == 3 else (solid.shape[0], 0, solid.shape[1])
    assert image.get("WholeExtent") == f"0 {nx} 0 {ny} 0 {nz}", image.get("WholeExtent")
    assert [float(word) for word in image.get("Spacing").split()] == 3 * [edge]
    assert [float(word) for word in image.get("Origin").split()] == [0, 0, 0]
    arrays = {item.get("Name"): item for item in image.find("Piece/CellData")}
    there = solid.ravel() != 0
    for name in FIELDS:
        found, expected = array(arrays[name], order), group[name][()].ravel()
        assert found[there].tobytes() == expected[there].astype(found.dtype).tobytes(), (path, name)
        assert np.isnan(found[~there]).all(), (path, name, "expected nan in voids")
        units = arrays[name].find("InformationKey").text
        assert units == text(group[name].attrs["units"]), (path, name, units)
    assert (array(arrays["solid"], order) == there).all()
    if solid.ndim == 2:
        assert (array(arrays["vtkGhostType"], order) == np.where(there, 0, HIDDEN)).all()
    return {"bounds": [0, nx * edge, 0, ny * edge, 0, nz * edge], "solid": int(there.sum()),
            "flat": ny == 0, "voxels": there.size, "first_solid": int(np.flatnonzero(there)[5]),
            "values": {name: float(group[name][()].ravel()[there][5]) for name in FIELDS}}


def text(attribute):
    return attribute.decode() if isinstance(attribute, bytes) else str(attribute)


def strain_of(group):
    """Time of a state of fields.pvd: its prior strain, 0.0005 later after cycling."""
    percent, phase = group.removeprefix("strain_").rsplit("_", 1)
    return float(percent) / 100 + (0.0005 if phase == "after" else 0)


def check_series(folder, name, solid, edge):
    path = os.path.join(folder, f"{name}.pvd")
    steps, expected = series(path), {"path": os.path.abspath(path), "times": [], "images": []}
    with h5py.File(os.path.join(folder, f"{name}.h5"), "r") as file:
        groups = [group for group in file if group.startswith("strain_")]
        assert len(groups) == len(steps) >= 2, (groups, steps)
        for time, image in steps:
            group = os.path.basename(image).removesuffix(".vti")
            groups.remove(group)
            strain = file[group]["strain"][()] if name == "loading" else strain_of(group)
            assert abs(time - strain) < 1e-12, (path, time, strain)
            expected["times"].append(time)
            expected["images"].append(check_image(image, file[group], solid, edge))
    assert expected["times"] == sorted(expected["times"])
    return expected


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--expected")
    arguments = parser.parse_args()
    found = []
    for run in arguments.runs:
        folder = os.path.join(run, "mesoscale", "sample_00")
        with h5py.File(os.path.join(folder, "loading.h5"), "r") as file:
            edge, solid = float(file["grid/edge"][()]), file["fields/solid"][()]
        assert 0 < solid.sum() < solid.size, "expected notches"
        found += [check_series(folder, name, solid, edge) for name in ("fields", "loading")]
        listed = sum(len(item["images"]) for item in found[-2:])
        assert listed == len(glob.glob(os.path.join(glob.escape(folder), "*", "*.vti")))
    if arguments.expected:
        with open(arguments.expected, "w", encoding="utf-8") as file:
            json.dump(found, file)
    print(f"{len(found)} series equal their HDF5 files")


main()
