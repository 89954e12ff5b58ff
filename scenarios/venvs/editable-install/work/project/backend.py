import os
import zipfile


def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "greeter-1.0-py3-none-any.whl"
    info = "greeter-1.0.dist-info/"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("greeter.pth", os.getcwd() + "/src\n")
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: greeter\nVersion: 1.0\n")
        wheel.writestr(
            info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(info + "RECORD", "")
    return name
