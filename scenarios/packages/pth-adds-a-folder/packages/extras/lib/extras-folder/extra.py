NAME = "found through extras.pth"
