import sys
import venv


def main():
    venv.create(sys.argv[1], system_site_packages="--system-site-packages" in sys.argv)
